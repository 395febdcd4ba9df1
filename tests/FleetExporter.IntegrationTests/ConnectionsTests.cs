using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using FleetExporter.IntegrationTests.Parts;

namespace FleetExporter.IntegrationTests;

/// <summary>Connections made by the API of the real service, over a real sshd.</summary>
public abstract class ConnectionsTests(string client) : SshTests(client)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_connection_is_watched_until_it_is_disconnected_also_after_a_kill()
    {
        await using var machine = await StartMachineAsync();
        string id;
        await using (var exporter = await Exporter.StartAsync(machine.Folder, WithoutHosts(machine)))
        {
            var made = await DoAsync(exporter, HttpMethod.Post, "/api/dgx/connections", Connection(machine));
            id = made.Text("id");
            // One interval, and what a login takes on a busy machine.
            await exporter.UntilAsync("it is watched", IsUp, TimeSpan.FromSeconds(10));
            await exporter.UntilAsync("its readings are there", p => p.Find("fleet_host_cpus", ("host", "dgx-1")) > 0);
            Assert.Equal(
                machine.User.Name,
                (await DoAsync(exporter, HttpMethod.Post, $"/api/dgx/exec/{id}", new { command = "id -un" })).Text("stdout").Trim());
            await Until.SeenAsync(
                async () => (await exporter.JsonAsync("/api/dgx/connections/dgx-1")).Text("last_connected_at") is { Length: > 0 } at ? at : null,
                "it is noted", () => exporter.Log);
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

    internal static bool IsUp(Page page) => page.Find("fleet_ssh_up", ("host", "dgx-1")) == 1;

    public sealed class WithBuiltinClient() : ConnectionsTests("builtin");

    public sealed class WithOpenSsh() : ConnectionsTests("openssh")
    {
        [Fact]
        public async Task No_argument_that_looks_like_an_option_reaches_ssh()
        {
            using var folder = new TestFolder();
            var ran = folder.PathOf("ran");
            folder.Write("bin/ssh", $"#!/bin/sh\nprintf '%s\\n' \"$@\" >>{ran}\nexit 255\n", executable: true);
            folder.Write("key", "a key");
            folder.Write("key\nx", "a key");
            var environment = new Dictionary<string, string?> { ["PATH"] = $"{folder.PathOf("bin")}:{Environment.GetEnvironmentVariable("PATH")}" };
            await using var exporter = await Exporter.StartAsync(folder, "hosts: []\nssh: { client: openssh, key_dirs: [.] }\n", environment);
            foreach (var bad in new[]
            {
                "-oProxyCommand=touch /tmp/owned", "-", "--", "-F/dev/stdin", "a b", "$(id)", "`id`", "a;id",
                "h\n-oProxyCommand=x", "x@-oProxyCommand=y",
            })
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
            var right = new { name = "n", hostname = "h", username = "_u", ssh_key_path = folder.PathOf("key"), port = 22 };
            await DoAsync(exporter, HttpMethod.Post, "/api/dgx/connections", right);
            await Until.TrueAsync(() => File.Exists(ran) && File.ReadAllLines(ran) is [.., "--", "h", "exec sh -s"], "ssh runs", () => exporter.Log);
            Assert.DoesNotContain("ProxyCommand", await File.ReadAllTextAsync(ran, Stop), StringComparison.Ordinal);
        }
    }
}
