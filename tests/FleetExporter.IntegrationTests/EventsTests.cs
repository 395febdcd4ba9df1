using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using FleetExporter.IntegrationTests.Parts;

namespace FleetExporter.IntegrationTests;

/// <summary>The log of events, with a real sshd and a real tmux: what happened, in order, once each.</summary>
public abstract class EventsTests(string client) : SshTests(client)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_events_of_a_night_read_like_its_story()
    {
        await using var machine = await StartMachineAsync();
        await using var tmux = new TmuxServer(machine.User);
        await tmux.CreateAsync("stays");
        var train = await tmux.CreateAsync("train");
        await tmux.CreateAsync("old");
        var night = await tmux.CreateAsync("night");
        await using (var exporter = await machine.WatchAsync("exec: { policy: any }"))
        {
            await exporter.UntilOnlineAsync();
            await SessionsAsync(exporter, 4);

            // The recorder looks once a second, and has seen them all after two.
            await Task.Delay(TimeSpan.FromSeconds(2), Stop);
            using var socket = await OpenAsync(exporter);

            await tmux.KillAsync(train);
            await UntilAsync(exporter, "session", "ended");
            using (var run = await exporter.Http.PostAsJsonAsync("/api/dgx/exec/box", new { command = "echo secret-word" }, Stop))
            {
                Assert.True(run.IsSuccessStatusCode);
            }

            await KillAsync(exporter, "old");
            await SessionsAsync(exporter, 2);
            await UntilAsync(exporter, "session", "ended", 2);
            await machine.Server.StopAsync();
            await UntilAsync(exporter, "host", "offline");
            await machine.Server.StartAgainAsync();
            await exporter.UntilOnlineAsync();
            await UntilAsync(exporter, "host", "online");
            Assert.Equal("session", (await ReadEventAsync(socket)).Text("kind"));
            await exporter.StopAsync();
        }

        await tmux.KillAsync(night);
        await using (var exporter = await machine.WatchAsync("exec: { policy: any }"))
        {
            await UntilAsync(exporter, "session", "ended", 3);
            await exporter.KillAsync();
        }

        await using var last = await machine.WatchAsync("exec: { policy: any }");
        await last.UntilOnlineAsync();
        var events = await UntilAsync(last, "exporter", "started", 3);

        var user = machine.User.Name;
        var lost = events.Single(e => e.Text("to") == "degraded");
        Assert.Contains(lost.Text("reason"), new[] { "closed", "refused" });
        Assert.Equal(
            [
                "exporter started -",
                $"session:box:{user}/train ended -", $"session:box:{user}/old ended killed",
                $"host:box degraded {lost.Text("reason")}", "host:box offline refused", "host:box online -",
                "exporter stopped -", "exporter started -", $"session:box:{user}/night ended -",
                "exporter stopped not_clean", "exporter started -",
            ],
            events.Where(e => e.Text("kind") != "control").Select(Line));
        Assert.Equal(["admin: exec box: ok", "admin: kill box:old: ok"], events.Where(e => e.Text("kind") == "control").Select(e => e.Text("text")));
        Assert.DoesNotContain("secret-word", string.Concat(events.Select(e => e.ToJsonString())), StringComparison.Ordinal);
        Assert.Equal(events.Select(e => e.Text("id")), events.Select(e => e.Text("id")).Order(StringComparer.Ordinal));

        var old = events.Single(e => e.Text("reason") == "killed")["detail"]!;
        Assert.Equal((user, "old", "admin"), (old.Text("user"), old.Text("name"), old.Text("killed_by")));
        Assert.InRange(old.Number("duration_seconds")!.Value, 0, 120);
        Assert.StartsWith("box went offline: refused: ", events.Single(e => e.Text("to") == "offline").Text("text"), StringComparison.Ordinal);
        Assert.Equal(0, (await last.PageAsync()).Value("fleet_events_dropped_total"));
    }

    private static string Line(JsonNode e) => $"{e.Text("subject")} {e.Text("to")} {(e.Text("reason").Length > 0 ? e.Text("reason") : "-")}";

    /// <summary>All events, oldest first, once as many of this kind have this state.</summary>
    private static Task<IReadOnlyList<JsonNode>> UntilAsync(Exporter exporter, string kind, string to, int count = 1)
    {
        var last = "";
        return Until.SeenAsync(
            async () =>
            {
                IReadOnlyList<JsonNode> all = [.. (await exporter.JsonAsync("/api/events")).List("items").Reverse()];
                last = string.Join('\n', all.Select(e => e.ToJsonString()));
                return all.Count(e => e.Text("kind") == kind && e.Text("to") == to) >= count ? all : null;
            },
            $"{count} events {kind} {to}", () => $"{last}\n{exporter.Log}");
    }

    private static Task<string> SessionsAsync(Exporter exporter, int count) => Until.SeenAsync(
        async () => (await exporter.JsonAsync("/api/sessions")).List("items").Count == count ? "yes" : null, $"{count} sessions", () => exporter.Log);

    private static async Task KillAsync(Exporter exporter, string name)
    {
        var path = $"/api/sessions/box:{name}/kill";
        using var asked = await exporter.Http.PostAsJsonAsync(path, new { force = true }, Stop);
        var token = (await asked.Content.ReadFromJsonAsync<JsonNode>(Stop))!.Text("confirmation_token");
        using var killed = await exporter.Http.PostAsJsonAsync(path, new { force = true, confirmation_token = token }, Stop);
        Assert.True(killed.IsSuccessStatusCode, await killed.Content.ReadAsStringAsync(Stop));
    }

    private static async Task<ClientWebSocket> OpenAsync(Exporter exporter)
    {
        var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("X-API-Key", exporter.Http.DefaultRequestHeaders.GetValues("X-API-Key").Single());
        await socket.ConnectAsync(new UriBuilder(exporter.Http.BaseAddress!) { Scheme = "ws", Path = "/ws" }.Uri, Stop);
        return socket;
    }

    /// <summary>The first event that the stream has sent.</summary>
    private static async Task<JsonNode> ReadEventAsync(ClientWebSocket socket)
    {
        var buffer = new byte[1 << 20];
        while (true)
        {
            var length = 0;
            ValueWebSocketReceiveResult part;
            do
            {
                part = await socket.ReceiveAsync(buffer.AsMemory(length), Stop);
                length += part.Count;
            }
            while (!part.EndOfMessage);

            var message = JsonNode.Parse(Encoding.UTF8.GetString(buffer, 0, length))!;
            if (message.Text("event") == "event")
            {
                return message["data"]!;
            }
        }
    }

    public sealed class WithBuiltinClient() : EventsTests("builtin");

    public sealed class WithOpenSsh() : EventsTests("openssh");
}
