using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using FleetExporter.Config;
using FleetExporter.OpenClaw;
using FleetExporter.Polling.Targets;
using FleetExporter.Simulation;

namespace FleetExporter.Tests.Simulation;

/// <summary>Sends the requests of a monitor to the simulated gateway.</summary>
public sealed class SimulatedGatewayTests
{
    private static readonly FleetConfig Empty =
        new() { DataDir = "/tmp", Ssh = new SshDefaults { Host = new SshConfig { KnownHosts = "/dev/null" } } };

    [Fact]
    public async Task It_sends_challenge_and_hello_and_answers_each_request()
    {
        await using var targets = await SimulatedTargets.StartAsync(TargetCatalog.All, new FakeClock(), TestContext.Current.CancellationToken);
        using var socket = new ClientWebSocket();
        var gateway = SimulatedFleet.With(Empty, 1, null, targets).TargetsOf<GatewayConfig>()[0];
        await socket.ConnectAsync(gateway.Url, TestContext.Current.CancellationToken);

        Assert.Equal("connect.challenge", (await ReceiveAsync(socket)).GetProperty("event").GetString());
        var hello = await AskAsync(socket, "1", "connect");
        Assert.Equal(
            ("1", "hello-ok", 4),
            (hello.GetProperty("id").GetString(), hello.GetProperty("payload").GetProperty("type").GetString(),
                hello.GetProperty("payload").GetProperty("protocol").GetInt32()));
        foreach (var method in new[]
        {
            "health", "status", "system.info", "channels.status", "diagnostics.lanes", "agents.list", "sessions.list", "tasks.list",
            "cron.list", "cron.runs", "config.get", "usage.status", "sessions.usage", "usage.cost",
        })
        {
            var answer = await AskAsync(socket, method, method);
            Assert.True(answer.GetProperty("ok").GetBoolean() && answer.GetProperty("payload").ValueKind == JsonValueKind.Object, method);
        }

        var unknown = await AskAsync(socket, "x", "gpu.stats");
        Assert.Equal("unknown method: gpu.stats", unknown.GetProperty("error").GetProperty("message").GetString());
    }

    [Fact]
    public async Task A_protocol_violation_ends_the_connection()
    {
        await using var targets = await SimulatedTargets.StartAsync(TargetCatalog.All, new FakeClock(), TestContext.Current.CancellationToken);
        using var socket = new ClientWebSocket();
        var gateway = SimulatedFleet.With(Empty, 1, null, targets).TargetsOf<GatewayConfig>()[0];
        await socket.ConnectAsync(gateway.Url, TestContext.Current.CancellationToken);
        await ReceiveAsync(socket);

        await socket.SendAsync(
            Encoding.UTF8.GetBytes("hello?"), WebSocketMessageType.Text, endOfMessage: true, TestContext.Current.CancellationToken);

        await Assert.ThrowsAsync<WebSocketException>(() => ReceiveAsync(socket));
    }

    private static async Task<JsonElement> AskAsync(ClientWebSocket socket, string id, string method)
    {
        var request = JsonSerializer.SerializeToUtf8Bytes(new { type = "req", id, method, @params = new { } });
        await socket.SendAsync(request, WebSocketMessageType.Text, endOfMessage: true, TestContext.Current.CancellationToken);
        return await ReceiveAsync(socket);
    }

    private static async Task<JsonElement> ReceiveAsync(ClientWebSocket socket)
    {
        using var message = new MemoryStream();
        var buffer = new byte[4096];
        WebSocketReceiveResult received;
        do
        {
            received = await socket.ReceiveAsync(buffer, TestContext.Current.CancellationToken);
            message.Write(buffer, 0, received.Count);
        }
        while (!received.EndOfMessage);

        return JsonDocument.Parse(message.ToArray()).RootElement;
    }
}
