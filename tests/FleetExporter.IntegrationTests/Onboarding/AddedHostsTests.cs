using System.Net;
using System.Net.Http.Json;
using FleetExporter.Config;
using FleetExporter.Config.Binding;
using FleetExporter.Control;
using FleetExporter.IntegrationTests.Parts;
using FleetExporter.Polling.Targets;
using FleetExporter.Store;

namespace FleetExporter.IntegrationTests.Onboarding;

/// <summary>Hosts that are added while others add, change and watch the same ones.</summary>
public sealed class AddedHostsTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Of_two_who_add_or_change_the_same_host_at_once_one_succeeds_and_the_other_is_told_who()
    {
        using var folder = new TestFolder();
        await using var exporter = await Exporter.StartAsync(folder, "hosts: []\n");
        var added = await Task.WhenAll(Enumerable.Range(0, 3).Select(n => exporter.Http.PostAsJsonAsync(
            "/api/dgx/connections", new { name = "lab", hostname = $"10.255.255.{n}", is_active = false }, Stop)));
        Assert.Equal([HttpStatusCode.Created, HttpStatusCode.Conflict, HttpStatusCode.Conflict], added.Select(a => a.StatusCode).Order());

        using var read = await exporter.Http.GetAsync("/api/dgx/connections/lab", Stop);
        var etag = read.Headers.ETag!.ToString();
        Assert.Equal(etag, added.Single(a => a.StatusCode == HttpStatusCode.Created).Headers.ETag!.ToString());
        var changed = await Task.WhenAll(Enumerable.Range(0, 3).Select(n => PutAsync(exporter, etag, $"10.255.254.{n}")));
        Assert.Equal(
            [HttpStatusCode.OK, HttpStatusCode.PreconditionFailed, HttpStatusCode.PreconditionFailed], changed.Select(a => a.StatusCode).Order());
        var kept = (await exporter.JsonAsync("/api/dgx/connections/lab")).Text("hostname");
        Assert.Contains(kept, await changed.Single(a => a.StatusCode == HttpStatusCode.OK).Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);

        using var late = await PutAsync(exporter, etag, "10.255.253.1");
        Assert.Contains("changed meanwhile by admin", await late.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
        using var any = await PutAsync(exporter, "*", "10.255.253.2");
        using var without = await PutAsync(exporter, null, "10.255.253.3");
        using var weak = await PutAsync(exporter, "W/" + without.Headers.ETag, "10.255.253.4");
        using var right = await PutAsync(exporter, without.Headers.ETag!.ToString(), "10.255.253.5");
        Assert.Equal(
            [HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.PreconditionFailed, HttpStatusCode.OK],
            new[] { any, without, weak, right }.Select(a => a.StatusCode));
    }

    [Fact]
    public async Task The_export_is_a_fleet_yml_with_equal_hosts()
    {
        using var folder = new TestFolder();
        folder.Write("keys/a key", "x");
        await using var exporter = await Exporter.StartAsync(folder, "hosts: [{ name: box }]\nssh: { user: fleet, key_dirs: [keys] }\n");
        foreach (var body in new object[]
        {
            new { name = "1e3", hostname = "10.255.255.1", is_active = false },
            new { name = "null", hostname = "a.invalid", port = 2222, username = "_ann", exec_policy = "off", is_active = false },
            new { name = "yes no", hostname = "2001:db8::1", port = 22, ssh_key_path = folder.PathOf("keys", "a key"), is_active = false },
            new { name = "0x1F", hostname = "[2001:db8::2]", exec_policy = "allow_list", is_active = false },
            new { name = "12.30", hostname = "b.invalid" },
        })
        {
            await exporter.DoAsync(HttpMethod.Post, "/api/dgx/connections", body);
        }

        using var answer = await exporter.Http.GetAsync("/api/export", Stop);
        Assert.Equal("text/yaml", answer.Content.Headers.ContentType?.MediaType);
        var text = await answer.Content.ReadAsStringAsync(Stop);

        Assert.StartsWith("# ", text, StringComparison.Ordinal);
        Assert.DoesNotContain("box", text, StringComparison.Ordinal);
        Assert.Equal(4, text.Split("# disconnected").Length - 1);
        var loaded = ConfigFile.Parse(
            text + "ssh: { user: fleet, key_dirs: [keys] }\n", folder.PathOf("other.yml"), TargetCatalog.Kinds, Environment.GetEnvironmentVariable);
        Assert.Empty(loaded.Errors);
        var added = (await exporter.JsonAsync("/api/dgx/connections")).List("items").Where(c => c.Text("source") == "api");
        var hosts = added.Select(c => new Connection
        {
            Name = c.Text("name"),
            Hostname = c.Text("hostname"),
            Port = c["port"]?.GetValue<int>(),
            Username = c["username"]?.GetValue<string>(),
            SshKeyPath = c["ssh_key_path"]?.GetValue<string>(),
            ExecPolicy = Enum.Parse<ExecPolicy>(c.Text("exec_policy").Replace("_", "", StringComparison.Ordinal), ignoreCase: true),
        }).Select(c => WatchedConnection.HostOf(c, loaded.Config!)!);
        Assert.Equal(hosts.OrderBy(h => h.Name, StringComparer.Ordinal), loaded.Config!.Hosts);
    }

    [Theory]
    [InlineData("builtin")]
    [InlineData("openssh")]
    public async Task Connect_retries_a_host_in_back_off_at_once_of_the_file_and_of_the_API(string client)
    {
        await using var machine = await WatchedMachine.StartAsync(client: client);
        await machine.Server.StopAsync();
        await using var exporter = await machine.WatchAsync();
        await exporter.DoAsync(HttpMethod.Post, "/api/dgx/connections", HostCalls.Host(machine, name: "lab"));
        foreach (var name in new[] { "box", "lab" })
        {
            await exporter.UntilFailsAsync("refused", name);
            var failed = await exporter.DoAsync(HttpMethod.Post, $"/api/dgx/connect/{name}");
            Assert.Equal("failed", failed.Text("status"));
            Assert.StartsWith("refused:", failed.Text("reason"), StringComparison.Ordinal);
        }

        // Several failures make the pause long.
        await Task.Delay(TimeSpan.FromSeconds(4), Stop);
        await machine.Server.StartAgainAsync();
        foreach (var name in new[] { "box", "lab" })
        {
            Assert.Equal("connected", (await exporter.DoAsync(HttpMethod.Post, $"/api/dgx/connect/{name}")).Text("status"));
        }
    }

    [Fact]
    public async Task An_ssh_config_is_read_and_nothing_is_created()
    {
        using var folder = new TestFolder();
        folder.Write("keys/id", "x");
        await using var exporter = await Exporter.StartAsync(folder, "hosts: [{ name: box }]\nssh: { key_dirs: [keys] }\n");
        var text = $"""
            Host box jumped
              ProxyJump bastion
            Host a
              HostName %h.lan
              IdentityFile {folder.PathOf("keys", "id")}
            Host b
              IdentityFile ~/.ssh/private
            Host *
              ForwardAgent yes
              User ann
            """;

        var import = await exporter.DoAsync(HttpMethod.Post, "/api/dgx/import", new { ssh_config = text });

        var hosts = import.List("hosts").ToDictionary(h => h.Text("name"), StringComparer.Ordinal);
        Assert.Equal(["box", "jumped", "a", "b"], import.List("hosts").Select(h => h.Text("name")));
        Assert.Equal(("a.lan", "ann"), (hosts["a"].Text("hostname"), hosts["a"].Text("username")));
        Assert.Equal(folder.PathOf("keys", "id"), hosts["a"].Text("ssh_key_path"));
        Assert.Empty(hosts["a"].List("problems"));
        Assert.Contains(hosts["box"].List("problems"), p => p.GetValue<string>().Contains("in use", StringComparison.Ordinal));
        Assert.Null(hosts["b"]["ssh_key_path"]);
        Assert.Contains(folder.PathOf("keys"), Assert.Single(hosts["b"].List("problems")).GetValue<string>(), StringComparison.Ordinal);
        var refused = Assert.Single(import.List("refused"));
        Assert.Equal((2, "ProxyJump"), (refused["line"]!.GetValue<int>(), refused.Text("directive")));
        Assert.Equal("ForwardAgent", Assert.Single(import.List("ignored")).GetValue<string>());
        Assert.Equal(["box"], (await exporter.JsonAsync("/api/dgx/connections")).List("items").Select(c => c.Text("name")));
        foreach (var wrong in new object[] { new { }, new { ssh_config = "" }, new { ssh_config = new string('#', (256 * 1024) + 1) } })
        {
            Assert.Equal(HttpStatusCode.UnprocessableEntity, (await exporter.CallAsync(HttpMethod.Post, "/api/dgx/import", wrong)).Status);
        }
    }

    private static async Task<HttpResponseMessage> PutAsync(Exporter exporter, string? etag, string hostname)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, "/api/dgx/connections/lab") { Content = JsonContent.Create(new { hostname }) };
        if (etag is not null)
        {
            request.Headers.TryAddWithoutValidation("If-Match", etag);
        }

        return await exporter.Http.SendAsync(request, Stop);
    }
}
