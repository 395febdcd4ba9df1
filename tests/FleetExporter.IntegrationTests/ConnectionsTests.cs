using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using FleetExporter.IntegrationTests.Parts;

namespace FleetExporter.IntegrationTests;

/// <summary>Connections made by the API of the real service, over a real sshd.</summary>
public sealed class ConnectionsTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_connection_is_watched_at_once_and_after_a_kill_until_it_is_disconnected()
    {
        await using var machine = await WatchedMachine.StartAsync();
        string id;
        await using (var exporter = await Exporter.StartAsync(machine.Folder, WithoutHosts(machine)))
        {
            var made = await DoAsync(exporter, HttpMethod.Post, "/api/dgx/connections", Connection(machine));
            id = made.Text("id");
            // One interval, and what a login takes on a busy machine.
            await exporter.UntilAsync("it is watched", IsUp, TimeSpan.FromSeconds(10));
            await exporter.UntilAsync("its readings are there", p => p.Find("fleet_host_cpus", ("host", "dgx-1")) > 0);
            Assert.Equal(machine.User.Name, (await DoAsync(exporter, HttpMethod.Post, $"/api/dgx/exec/{id}", new { command = "id -un" })).Text("stdout").Trim());
            await Until.SeenAsync(
                async () => (await exporter.JsonAsync("/api/dgx/connections/dgx-1")).Text("last_connected_at") is { Length: > 0 } at ? at : null, "it is noted", () => exporter.Log);
            await exporter.KillAsync();
        }

        await using (var exporter = await Exporter.StartAsync(machine.Folder, config: WithoutHosts(machine)))
        {
            await exporter.UntilAsync("it is watched after a kill", IsUp);
            Assert.Equal("disconnected", (await DoAsync(exporter, HttpMethod.Post, "/api/dgx/disconnect/dgx-1")).Text("status"));
            Assert.DoesNotContain("dgx-1", (await exporter.PageAsync()).Text, StringComparison.Ordinal);
            await Until.TrueAsync(() => machine.User.Processes.Count == 0, "nothing of it is left on the host", () => exporter.Log);
            await exporter.StopAsync();
        }

        var before = machine.Server.Connections;
        await using (var exporter = await Exporter.StartAsync(machine.Folder, config: WithoutHosts(machine)))
        {
            var status = await exporter.JsonAsync($"/api/dgx/status/{id}");
            Assert.Equal((false, "it is disconnected"), (status["connected"]!.GetValue<bool>(), status.Text("reason")));
            Assert.DoesNotContain("dgx-1", (await exporter.PageAsync()).Text, StringComparison.Ordinal);
            // A connection that is watched would be there by now: this one comes later and is.
            await DoAsync(exporter, HttpMethod.Post, "/api/dgx/connections", Connection(machine, "dgx-2"));
            await exporter.UntilAsync("another is watched", p => p.Find("fleet_ssh_up", ("host", "dgx-2")) == 1);
            Assert.Equal(before + 1, machine.Server.Connections);

            Assert.Equal("connected", (await DoAsync(exporter, HttpMethod.Post, $"/api/dgx/connect/{id}")).Text("status"));
            await exporter.UntilAsync("it is watched again", IsUp);
            await DoAsync(exporter, HttpMethod.Delete, "/api/dgx/connections/dgx-1");
            Assert.DoesNotContain("dgx-1", (await exporter.PageAsync()).Text, StringComparison.Ordinal);
            Assert.Equal(HttpStatusCode.NotFound, (await exporter.Http.GetAsync($"/api/dgx/connections/{id}", Stop)).StatusCode);

            var audit = (await exporter.JsonAsync("/api/audit")).List("items").Where(r => r.Text("target") == "dgx-1").Select(r => r.Text("action"));
            Assert.Equal(["connection_delete", "connect", "disconnect", "exec", "connection_create"], audit);
        }
    }

    [Fact]
    public async Task Nothing_that_looks_like_an_option_reaches_ssh()
    {
        using var folder = new TestFolder();
        var ran = folder.PathOf("ran");
        folder.Write("bin/ssh", $"#!/bin/sh\nprintf '%s\\n' \"$@\" >>{ran}\nexit 255\n", executable: true);
        folder.Write("key", "a key");
        folder.Write("key\nx", "a key");
        var environment = new Dictionary<string, string?> { ["PATH"] = $"{folder.PathOf("bin")}:{Environment.GetEnvironmentVariable("PATH")}" };
        await using var exporter = await Exporter.StartAsync(folder, "hosts: []\nssh: { key_dirs: [.] }\n", environment);
        foreach (var bad in new[] { "-oProxyCommand=touch /tmp/owned", "-", "--", "-F/dev/stdin", "a b", "$(id)", "`id`", "a;id", "h\n-oProxyCommand=x", "x@-oProxyCommand=y" })
        {
            foreach (var field in new[] { "hostname", "username", "ssh_key_path", "name" })
            {
                var body = new JsonObject { ["name"] = "n", ["hostname"] = "h" };
                body[field] = bad;
                if (field == "name" && bad == "a b")
                {
                    continue;
                }

                using var answer = await exporter.Http.PostAsJsonAsync("/api/dgx/connections", body, Stop);
                Assert.True(answer.StatusCode == HttpStatusCode.UnprocessableEntity, $"{field} {bad}: {answer.StatusCode}");
            }
        }

        Assert.False(File.Exists(ran));

        // The stand-in does run for what is right, and what it is given ends with the marker of options.
        await DoAsync(exporter, HttpMethod.Post, "/api/dgx/connections", new { name = "n", hostname = "h", username = "_u", ssh_key_path = folder.PathOf("key"), port = 22 });
        await Until.TrueAsync(() => File.Exists(ran) && File.ReadAllLines(ran) is [.., "--", "h", "exec sh -s"], "ssh runs", () => exporter.Log);
        Assert.DoesNotContain("ProxyCommand", await File.ReadAllTextAsync(ran, Stop), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_full_disk_is_503_and_what_is_watched_is_watched_on()
    {
        await using var machine = await WatchedMachine.StartAsync();
        var data = machine.Folder.Make("data");
        await Tool.RunAsync("mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", data);
        try
        {
            await using var exporter = await Exporter.StartAsync(machine.Folder, WithoutHosts(machine));
            await DoAsync(exporter, HttpMethod.Post, "/api/dgx/connections", Connection(machine));
            await exporter.UntilAsync("it is watched", IsUp);
            var kept = new List<string>();
            HttpResponseMessage answer;
            while ((answer = await ProjectAsync($"p{kept.Count:D4}")).StatusCode == HttpStatusCode.Created)
            {
                kept.Add($"p{kept.Count:D4}");
                Assert.True(kept.Count < 1000);
            }

            Assert.Equal((HttpStatusCode.ServiceUnavailable, "5"), (answer.StatusCode, answer.Headers.RetryAfter?.ToString()));
            Assert.Equal("The store is full", (await answer.Content.ReadFromJsonAsync<JsonNode>(Stop))!.Text("title"));
            Assert.Equal(kept, (await exporter.JsonAsync("/api/dgx/projects")).List("items").Select(p => p.Text("name")));
            Assert.True(IsUp(await exporter.PageAsync()));

            await Tool.RunAsync("mount", "-o", "remount,size=8m", data);
            Assert.Equal(HttpStatusCode.Created, (await ProjectAsync("after")).StatusCode);

            Task<HttpResponseMessage> ProjectAsync(string name) => exporter.Http.PostAsJsonAsync(
                "/api/dgx/projects", new { name, connection_id = "dgx-1", config = new { filling = new string('x', 30_000) } }, Stop);
        }
        finally
        {
            await Tool.RunAsync("umount", "-l", data);
        }
    }

    [Fact]
    public async Task Without_its_store_it_watches_the_hosts_of_the_file_and_the_others_as_soon_as_it_answers()
    {
        await using var server = await PostgresServer.StartAsync();
        await using var machine = await WatchedMachine.StartAsync();
        await server.NewAsync();
        var config = machine.Config() + $"store: {{ connection: \"{server.UrlOf("fleet1")}\" }}\n";
        await using (var exporter = await Exporter.StartAsync(machine.Folder, config))
        {
            await DoAsync(exporter, HttpMethod.Post, "/api/dgx/connections", Connection(machine));
            await exporter.UntilAsync("it is watched", IsUp);
            await exporter.StopAsync();
        }

        await server.StopAsync();
        await using (var exporter = await Exporter.StartAsync(machine.Folder, config))
        {
            await exporter.UntilOnlineAsync();
            Assert.True((await exporter.JsonAsync("/api/dgx/status/box"))["connected"]!.GetValue<bool>());
            using var unknown = await exporter.Http.GetAsync("/api/dgx/status/dgx-1", Stop);
            Assert.Equal((HttpStatusCode.ServiceUnavailable, "5"), (unknown.StatusCode, unknown.Headers.RetryAfter?.ToString()));

            await server.RunAsync();
            await exporter.UntilAsync("it is watched as soon as the store answers", IsUp);

            // Gone again, what is known is watched on, also when it should be read again.
            var said = Said();
            await server.StopAsync();
            await Until.TrueAsync(() => Said() > said, "it is read again", () => exporter.Log, TimeSpan.FromSeconds(60));
            using var refused = await exporter.Http.PostAsJsonAsync("/api/dgx/connections", Connection(machine, "x"), Stop);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
            Assert.True(IsUp(await exporter.PageAsync()));

            int Said() => exporter.Log.Split("those known are watched on").Length;
        }

        // It ends as one that runs.
        await server.RunAsync();
    }

    internal static string WithoutHosts(WatchedMachine machine) => machine.Config().Split("\nhosts:")[0] + "\nhosts: []\n";

    internal static object Connection(WatchedMachine machine, string name = "dgx-1") =>
        new { name, hostname = "127.0.0.1", port = machine.Server.Port, username = machine.User.Name, ssh_key_path = machine.Server.ClientKey };

    internal static async Task<JsonNode> DoAsync(Exporter exporter, HttpMethod method, string path, object? body = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        using var answer = await exporter.Http.SendAsync(request, Stop);
        var text = await answer.Content.ReadAsStringAsync(Stop);
        Assert.True(answer.IsSuccessStatusCode, $"{method} {path}: {answer.StatusCode} {text}\n{exporter.Log}");
        return text.Length > 0 ? JsonNode.Parse(text)! : new JsonObject();
    }

    private static bool IsUp(Page page) => page.Find("fleet_ssh_up", ("host", "dgx-1")) == 1;
}
