using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using FleetExporter.IntegrationTests.Parts;
using Org.BouncyCastle.Crypto.Parameters;

namespace FleetExporter.IntegrationTests;

/// <summary>What agents of a real gateway do, as /ws/agents and the API tell it.</summary>
public sealed class AgentsTests(OpenClawFixture fixture) : IClassFixture<OpenClawFixture>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_turn_with_a_tool_is_on_the_stream_within_a_second()
    {
        using var folder = new TestFolder();
        await using var exporter = await ExporterAsync(folder);
        await using var admin = await fixture.Gateway.AdminAsync();
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new Uri($"ws://{exporter.Http.BaseAddress!.Authority}/ws/agents"), Stop);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var seen = new ConcurrentQueue<(JsonNode Event, DateTimeOffset At)>();
        var receiving = ReceiveAsync(socket, seen, ended.Token);

        var delay = await DelayAsync("stream");
        // A busy machine may delay one turn, but not each of them.
        for (var n = 2; delay > TimeSpan.FromSeconds(1) && n <= 5; n++)
        {
            delay = await DelayAsync($"stream{n}");
        }

        Assert.InRange(delay, TimeSpan.FromSeconds(-0.1), TimeSpan.FromSeconds(1));
        await ended.CancelAsync();
        await receiving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);

        var turn = TurnOf("stream");
        var kinds = turn.Select(e => Kind(e.Event)).ToList();
        Assert.Equal(["run_started", "tool_started", "tool_ended"], kinds.Where(k => k is not ("session_created" or "message" or "run_ended")));
        Assert.Contains(turn, e => e.Event.Text("role") == "user" && e.Event.Text("text") == "USE_READ please read a file");
        Assert.Equal(["read"], turn.Where(e => Kind(e.Event) == "tool_started").Select(e => e.Event.Text("tool")));
        Assert.All(turn, e => Assert.Equal(("claw", "main"), (e.Event.Text("gateway"), e.Event.Text("agent"))));
        var listed = (await exporter.JsonAsync("/api/monitoring/events?session=agent:main:stream")).List("items");
        Assert.Equal(turn.Select(e => e.Event["id"]!.GetValue<long>()).Order(), listed.Select(e => e["id"]!.GetValue<long>()).Order());

        // The largest delay of an event of one turn. The gateway tells of a user's message when it begins to work on it.
        async Task<TimeSpan> DelayAsync(string session)
        {
            await admin.TurnAsync("USE_READ please read a file", session);
            await Until.TrueAsync(() => TurnOf(session).Any(e => Kind(e.Event) == "run_ended"), "the run has ended", () => Kinds(seen));
            return TurnOf(session).Where(e => Kind(e.Event) != "message").Max(e => e.At - e.Event["time"]!.GetValue<DateTimeOffset>());
        }

        List<(JsonNode Event, DateTimeOffset At)> TurnOf(string session) =>
            [.. seen.Where(e => e.Event.Text("session") == $"agent:main:{session}")];
    }

    [Fact]
    public async Task State_log_and_errors_are_those_of_the_gateway()
    {
        using var folder = new TestFolder();
        await using var exporter = await ExporterAsync(folder);
        await using var admin = await fixture.Gateway.AdminAsync();
        // The gateway logs a request that it refuses.
        await admin.TryAsync("cron.remove", """{"id":"00000000-0000-4000-8000-000000000000"}""");
        var logs = await Until.SeenAsync(
            async () => await exporter.JsonAsync("/api/monitoring/logs?regex=cron%5C.remove") is { } found
                && found.List("items").Count > 0 ? found : null,
            "the line of the log", () => exporter.Log);

        var tail = (await admin.CallAsync("logs.tail", """{"limit":1000}""")).List("lines")
            .Select(l => JsonNode.Parse(l.GetValue<string>())!).ToList();
        var line = tail.Last(l => l.Text("message").Contains("cron.remove", StringComparison.Ordinal));
        var shown = logs.List("items")[0];
        Assert.Equal(line.Text("message")[..60], shown.Text("text")[..60]);
        Assert.Equal(line["time"]!.GetValue<DateTimeOffset>(), shown["time"]!.GetValue<DateTimeOffset>());
        var gateway = await Until.SeenAsync(
            async () => (await exporter.JsonAsync("/api/monitoring/gateways")).List("items").Single() is { } told
                && told["sources"]!["logs.tail"]?["at"] is not null ? told : null,
            "the log is among what the gateway told", () => exporter.Log);
        var status = await admin.CallAsync("status");
        Assert.Equal(status.Text("runtimeVersion"), gateway["detail"]!.Text("version"));
        Assert.Equal((4, true, "ok"), (gateway["protocol"]!.GetValue<int>(), gateway["is_connected"]!.GetValue<bool>(), gateway.Text("status")));
        Assert.Null(gateway["sources"]!["logs.tail"]!["reason"]);
        Assert.Equal("unsupported", gateway["sources"]!["infrastructure"]!.Text("reason"));
    }

    /// <summary>On loopback the gateway needs no approval, but checks the signature.</summary>
    [Fact]
    public async Task A_signed_device_is_accepted_and_a_forged_signature_is_not()
    {
        using var folder = new TestFolder();
        await using var exporter = await ExporterAsync(folder, "device: true");
        var secret = Convert.FromBase64String(await File.ReadAllTextAsync(folder.PathOf("data", "gateway-device.key"), Stop));

        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new Uri(fixture.Gateway.Url), Stop);
        var challenge = (await MessageAsync(socket, Stop))["payload"]!;
        var key = new Ed25519PrivateKeyParameters(secret).GeneratePublicKey().GetEncoded();
        var connect = new
        {
            type = "req",
            id = "1",
            method = "connect",
            @params = new
            {
                minProtocol = 4,
                maxProtocol = 4,
                client = new { id = "gateway-client", version = "1", platform = "linux", mode = "backend" },
                role = "operator",
                scopes = (string[])["operator.read"],
                auth = new { token = OpenClawGateway.Token },
                device = new
                {
                    id = Convert.ToHexStringLower(SHA256.HashData(key)),
                    publicKey = Base64Url.EncodeToString(key),
                    signature = Base64Url.EncodeToString(new byte[64]),
                    signedAt = challenge["ts"]!.GetValue<long>(),
                    nonce = challenge.Text("nonce"),
                },
            },
        };
        await socket.SendAsync(JsonSerializer.SerializeToUtf8Bytes(connect).AsMemory(), WebSocketMessageType.Text, true, Stop);
        Assert.Contains("DEVICE_AUTH_SIGNATURE_INVALID", (await MessageAsync(socket, Stop)).ToJsonString(), StringComparison.Ordinal);
    }

    private async Task<Exporter> ExporterAsync(TestFolder folder, string more = "device: false")
    {
        folder.Write("token", OpenClawGateway.Token + "\n");
        var exporter = await Exporter.StartAsync(folder, $$"""
            poll_interval: 1s
            hosts: []
            gateways:
              - { name: claw, host: box, url: "{{fixture.Gateway.Url}}", token_file: token, timeout: 10s, {{more}} }
            """);
        await exporter.UntilAsync("the gateway is up", p => p.Find("fleet_openclaw_gateway_up", ("gateway", "claw")) == 1);
        return exporter;
    }

    private static string Kind(JsonNode e) => e.Text("kind");

    private static string Kinds(IEnumerable<(JsonNode Event, DateTimeOffset At)> seen) => string.Join(' ', seen.Select(e => Kind(e.Event)));

    private static async Task ReceiveAsync(ClientWebSocket socket, ConcurrentQueue<(JsonNode, DateTimeOffset)> seen, CancellationToken stop)
    {
        while (true)
        {
            var message = await MessageAsync(socket, stop);
            if (message.Text("event") == "agent_event")
            {
                seen.Enqueue((message["data"]!, TimeProvider.System.GetUtcNow()));
            }
        }
    }

    private static async Task<JsonNode> MessageAsync(ClientWebSocket socket, CancellationToken stop)
    {
        var buffer = new byte[64 * 1024];
        var text = new StringBuilder();
        ValueWebSocketReceiveResult part;
        do
        {
            part = await socket.ReceiveAsync(buffer.AsMemory(), stop);
            text.Append(Encoding.UTF8.GetString(buffer, 0, part.Count));
        }
        while (!part.EndOfMessage);

        return JsonNode.Parse(text.ToString())!;
    }
}
