using System.Text.Json;
using FleetExporter.Remote;
using FleetExporter.Store;
using FleetExporter.Tests.Api.Streaming;
using Microsoft.Extensions.DependencyInjection;

namespace FleetExporter.Tests.Api.Resources;

public sealed class ConnectionsTests
{
    private const string New = """{"name":"dgx-1","hostname":"dgx.lan","port":2222,"username":"ann"}""";

    [Fact]
    public async Task A_connection_is_watched_at_once_like_a_host_of_the_file()
    {
        await using var server = await ApiServer.StartAsync();

        var made = await server.DoAsync("POST", "/api/dgx/connections", New);

        Assert.Equal(("dgx-1", "dgx.lan", "ann", "null", "2222", "true", "null", "api", "any"), (
            made.Text("name"), made.Text("hostname"), made.Text("username"), made.Text("ssh_key_path"), made.Text("port"), made.Text("is_active"),
            made.Text("last_connected_at"), made.Text("source"), made.Text("exec_policy")));
        Assert.Equal(made.Text("id"), (await server.JsonAsync("/api/dgx/connections/dgx-1")).Text("id"));
        Assert.Equal("connected", (await server.DoAsync("POST", $"/api/dgx/connect/{made.Text("id")}")).Text("status"));
        Assert.Contains("fleet_ssh_up{host=\"dgx-1\"} 1\n", await server.TextAsync("/metrics"), StringComparison.Ordinal);
        Assert.Equal(("dgx.lan:2222", "ann"), (server.State.Find("dgx-1")!.Host.Address!.ToString(), server.State.Find("dgx-1")!.Host.Ssh.User));
        Assert.Contains("dgx-1", await server.TextAsync("/sd/hosts"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_hosts_of_the_file_are_listed_and_cannot_be_changed()
    {
        await using var server = await ApiServer.StartAsync();

        Assert.Equal(["a", "b b"], await server.NamesAsync("/api/dgx/connections"));
        var a = await server.JsonAsync("/api/dgx/connections/a");
        Assert.Equal(
            ("a.lan", "fleet", "file", "off", "true"),
            (a.Text("hostname"), a.Text("username"), a.Text("source"), a.Text("exec_policy"), a.Text("is_active")));
        Assert.Equal((409, "source"), await server.RefusedAsync("PUT", "/api/dgx/connections/a", """{"port":1}"""));
        Assert.Equal((409, "source"), await server.RefusedAsync("DELETE", $"/api/dgx/connections/{a.Text("id")}?cascade=true"));
        Assert.Equal(["a", "b b"], await server.NamesAsync("/api/dgx/connections"));
    }

    [Fact]
    public async Task A_change_keeps_what_is_left_out_and_connects_anew()
    {
        await using var server = await ApiServer.StartAsync();
        await server.DoAsync("POST", "/api/dgx/connections", New);
        await server.DoAsync("POST", "/api/dgx/connect/dgx-1");
        var before = server.State.Find("dgx-1")!.Host;

        var same = await server.DoAsync("PUT", "/api/dgx/connections/dgx-1", """{"username":"ann"}""");
        Assert.Same(before, server.State.Find("dgx-1")!.Host);
        var changed = await server.DoAsync("PUT", "/api/dgx/connections/dgx-1", """{"username":null,"hostname":"[fe80::1]"}""");

        Assert.Equal(("[fe80::1]", "null", "2222"), (changed.Text("hostname"), changed.Text("username"), changed.Text("port")));
        Assert.Equal("[fe80::1]:2222", server.State.Find("dgx-1")!.Host.Address!.ToString());
        Assert.Equal(same.Text("id"), changed.Text("id"));

        // What a client read it can send back.
        Assert.Equal("dgx-2", (await server.DoAsync(
            "PUT", "/api/dgx/connections/dgx-1",
            JsonSerializer.Serialize(changed).Replace("dgx-1", "dgx-2", StringComparison.Ordinal))).Text("name"));
        Assert.Null(server.State.Find("dgx-1"));
        Assert.NotNull(server.State.Find("dgx-2"));
    }

    [Theory]
    [InlineData("a")]
    [InlineData("svc")]
    [InlineData("beast")]
    [InlineData("dgx-1")]
    public async Task A_name_that_is_taken_is_a_conflict(string name)
    {
        await using var server =
            await ApiServer.StartAsync(ApiServer.TwoHosts + DeviceServer.Devices + "services: [{ name: svc, url: 'http://127.0.0.1:1/' }]\n");
        await server.DoAsync("POST", "/api/dgx/connections", New);
        await server.DoAsync("POST", "/api/dgx/connections", """{"name":"third","hostname":"o.lan","is_active":false}""");

        Assert.Equal((409, "name"), await server.RefusedAsync("POST", "/api/dgx/connections", $$"""{"name":"{{name}}","hostname":"x.lan"}"""));
        Assert.Equal((409, "name"), await server.RefusedAsync("PUT", "/api/dgx/connections/third", $$"""{"name":"{{name}}"}"""));
        Assert.Equal(4, (await server.NamesAsync("/api/dgx/connections")).Count);
    }

    [Fact]
    public async Task Disconnect_ends_the_watching_and_connect_begins_it_for_both_kinds()
    {
        await using var server = await ApiServer.StartAsync();
        await server.DoAsync("POST", "/api/dgx/connections", New);
        foreach (var name in new[] { "dgx-1", "a" })
        {
            Assert.Equal("disconnected", (await server.DoAsync("POST", $"/api/dgx/disconnect/{name}")).Text("status"));
            Assert.Null(server.State.Find(name));
            Assert.DoesNotContain($"host=\"{name}\"", await server.TextAsync("/metrics"), StringComparison.Ordinal);
            Assert.Equal("false", (await server.JsonAsync($"/api/dgx/connections/{name}")).Text("is_active"));
            var status = await server.JsonAsync($"/api/dgx/status/{name}");
            Assert.Equal(("false", "it is disconnected", "null"), (status.Text("connected"), status.Text("reason"), status.Text("since")));
            Assert.Equal("0", (await server.JsonAsync($"/api/dgx/metrics/{name}"))
                .GetProperty("gpus").GetArrayLength().ToString(System.Globalization.CultureInfo.InvariantCulture));
            Assert.Equal(502, (await server.CallAsync("POST", $"/api/dgx/exec/{name}", """{"command":"id"}""")).Status);

            // A reload changes nothing about it, and the service is ready as it is.
            await server.DoAsync("POST", "/-/reload");
            Assert.Null(server.State.Find(name));
            Assert.Equal("ready\n", await server.TextAsync("/-/ready"));

            Assert.Equal("connected", (await server.DoAsync("POST", $"/api/dgx/connect/{name}")).Text("status"));
            Assert.Equal("true", (await server.JsonAsync($"/api/dgx/connections/{name}")).Text("is_active"));
        }

        Assert.Equal(404, (await server.CallAsync("POST", "/api/dgx/connect/nosuch")).Status);
    }

    [Fact]
    public async Task Connect_tries_at_once_and_tells_why_it_failed()
    {
        ReplayShell? last = null;
        await using var server = await ApiServer.StartAsync(
            prepare: shell => (last = shell).Refuses = SshFailure.Auth, yml: "listen: 127.0.0.1:0\nhosts: []\n");
        await server.DoAsync("POST", "/api/dgx/connections", New);

        var failed = await server.DoAsync("POST", "/api/dgx/connect/dgx-1");
        Assert.Equal("failed", failed.Text("status"));
        Assert.StartsWith("auth:", failed.Text("reason"), StringComparison.Ordinal);
        var (first, tries) = (last!, last!.Opened(StreamKind.Vitals));

        // The clock stands still: its back-off alone would not try again.
        await server.DoAsync("POST", "/api/dgx/connect/dgx-1");
        Assert.True(last != first || first.Opened(StreamKind.Vitals) > tries);
    }

    [Fact]
    public async Task When_it_connected_is_kept()
    {
        await using var server = await ApiServer.StartAsync();
        await server.DoAsync("POST", "/api/dgx/connections", New);
        await server.DoAsync("POST", "/api/dgx/connect/dgx-1");

        await DgxCalls.UntilAsync(async () =>
        {
            server.Clock.Advance(TimeSpan.FromSeconds(2));
            return (await server.JsonAsync("/api/dgx/connections/dgx-1")).Text("last_connected_at") != "null";
        });

        var row = await server.JsonAsync("/api/dgx/connections/dgx-1");
        Assert.Equal(server.State.Find("dgx-1")!.Connection.Since.Time, row.GetProperty("last_connected_at").GetDateTimeOffset());
        Assert.Equal(row.Text("created_at"), row.Text("updated_at"));
    }

    [Fact]
    public async Task Status_and_GPUs_are_those_of_the_host()
    {
        await using var server = await ApiServer.StartAsync();
        await server.DoAsync("POST", "/api/dgx/connections", New);

        var status = await server.JsonAsync("/api/dgx/status/a");
        Assert.Equal(("a", "true", "null"), (status.Text("name"), status.Text("connected"), status.Text("reason")));
        Assert.Equal(["a", "b b", "dgx-1"], await server.NamesAsync("/api/dgx/status"));
        var metrics = await server.JsonAsync($"/api/dgx/metrics/{status.Text("id")}");
        Assert.Equal((await server.JsonAsync("/api/hosts/a")).GetProperty("gpus").GetRawText(), metrics.GetProperty("gpus").GetRawText());
        Assert.True(metrics.GetProperty("gpus").GetArrayLength() > 0);
        Assert.NotEqual("null", metrics.Text("collected_at"));
    }

    [Fact]
    public async Task A_host_that_left_the_file_stays_while_it_has_projects()
    {
        await using var server = await ApiServer.StartAsync();
        var id = (await server.JsonAsync("/api/dgx/connections/a")).Text("id");
        await server.DoAsync("POST", "/api/dgx/projects", """{"name":"p","connection_id":"a"}""");
        await ReloadAsync(server, "listen: 127.0.0.1:0\nhosts: []\n", ["a"]);

        Assert.Equal("false", (await server.JsonAsync("/api/dgx/connections/a")).Text("is_active"));
        Assert.Equal(409, (await server.CallAsync("POST", "/api/dgx/connect/a")).Status);
        Assert.Equal((409, "projects"), await server.RefusedAsync("DELETE", "/api/dgx/connections/a"));

        await ReloadAsync(server, ApiServer.TwoHosts, ["a", "b b"]);
        var back = await server.JsonAsync("/api/dgx/connections/a");
        Assert.Equal((id, "true"), (back.Text("id"), back.Text("is_active")));

        await ReloadAsync(server, "listen: 127.0.0.1:0\nhosts: []\n", ["a"]);
        await server.DoAsync("DELETE", "/api/dgx/connections/a?cascade=true");
        Assert.Empty(await server.NamesAsync("/api/dgx/connections"));
        Assert.Empty(await server.NamesAsync("/api/dgx/projects"));
    }

    [Fact]
    public async Task A_host_that_comes_with_the_name_of_a_connection_wins_and_is_never_taken_for_it()
    {
        await using var server = await ApiServer.StartAsync();
        var made = await server.DoAsync("POST", "/api/dgx/connections", New);
        await ReloadAsync(server, ApiServer.TwoHosts + "- { name: dgx-1, address: file.lan }\n", ["a", "b b", "dgx-1"]);
        await DgxCalls.UntilAsync(() => Task.FromResult(server.State.Find("dgx-1")?.Host.Address?.Host == "file.lan"));

        var status = await server.JsonAsync($"/api/dgx/status/{made.Text("id")}");
        Assert.Equal(("false", "a host of fleet.yml has the same name; rename one of the two"), (status.Text("connected"), status.Text("reason")));
        Assert.Equal(502, (await server.CallAsync("POST", $"/api/dgx/exec/{made.Text("id")}", """{"command":"id"}""")).Status);
        Assert.Equal(403, (await server.CallAsync("POST", "/api/dgx/exec/dgx-1", """{"command":"id"}""")).Status);

        await server.DoAsync("PUT", $"/api/dgx/connections/{made.Text("id")}", """{"name":"dgx-2"}""");
        Assert.Equal(["a", "b b", "dgx-1", "dgx-2"], await server.NamesAsync("/api/dgx/connections"));
        Assert.Equal("dgx.lan", server.State.Find("dgx-2")!.Host.Address!.Host);
    }

    [Fact]
    public async Task A_device_that_comes_with_the_name_of_a_connection_speaks_for_itself_alone()
    {
        await using var server = await ApiServer.StartAsync();
        var made = await server.DoAsync("POST", "/api/dgx/connections", """{"name":"beast","hostname":"dgx.lan"}""");
        await server.DoAsync("POST", "/api/dgx/connect/beast");
        await ReloadAsync(server, ApiServer.TwoHosts + DeviceServer.Devices, ["a", "b b", "beast"]);
        await DgxCalls.UntilAsync(() => Task.FromResult(server.State.Find("beast")?.Host.Device is not null));

        var status = await server.JsonAsync("/api/dgx/status/beast");
        Assert.Equal(("false", "a device of fleet.yml has the same name; rename one of the two"), (status.Text("connected"), status.Text("reason")));
        Assert.Equal(409, (await server.CallAsync("POST", "/api/dgx/connect/beast")).Status);
        Assert.NotNull(server.State.Find("beast")!.Host.Device);

        await server.DoAsync("PUT", $"/api/dgx/connections/{made.Text("id")}", """{"name":"dgx-2"}""");
        Assert.Equal("dgx.lan", server.State.Find("dgx-2")!.Host.Address!.Host);
        Assert.NotNull(server.State.Find("beast")!.Host.Device);
    }

    [Fact]
    public async Task What_somebody_else_writes_into_the_store_is_seen_within_half_a_minute()
    {
        await using var server = await ApiServer.StartAsync();
        var others = server.Services.GetRequiredService<Connections>();
        var stop = TestContext.Current.CancellationToken;
        Assert.True((await others.AddAsync(new Connection { Name = "theirs", Hostname = "theirs.lan" }, stop)).Success);
        Assert.Null(server.State.Find("theirs"));

        await PassAsync(() => server.State.Find("theirs") is not null);
        Assert.Equal("theirs.lan", server.State.Find("theirs")!.Host.Address!.Host);
        Assert.True((await others.ChangeAsync("theirs", c => c with { Hostname = "moved.lan" }, stop)).Success);
        await PassAsync(() => server.State.Find("theirs")?.Host.Address?.Host == "moved.lan");
        Assert.True((await others.RemoveAsync("theirs", false, stop)).Success);
        await PassAsync(() => server.State.Find("theirs") is null);
        Assert.Equal(404, (await server.CallAsync("GET", "/api/dgx/status/theirs")).Status);

        Task PassAsync(Func<bool> holds) => DgxCalls.UntilAsync(() =>
        {
            server.Clock.Advance(TimeSpan.FromSeconds(1));
            return Task.FromResult(holds());
        });
    }

    private static async Task ReloadAsync(ApiServer server, string yml, string[] names)
    {
        server.WriteConfig(yml);
        await server.DoAsync("POST", "/-/reload");

        // Taken over beside the answer.
        await DgxCalls.UntilAsync(async () => names.SequenceEqual(await server.NamesAsync("/api/dgx/connections")));
    }
}
