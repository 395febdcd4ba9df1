using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using FleetExporter.Config;
using FleetExporter.OpenClaw;
using FleetExporter.OpenClaw.Protocol;
using FleetExporter.OpenClaw.Simulation;
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
            "health", "status", "system.info", "channels.status", "diagnostics.lanes", "agents.list", "sessions.list", "sessions.preview",
            "tasks.list",
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
    public void It_has_a_tree_of_sessions_a_stuck_sub_agent_and_a_failed_one()
    {
        var now = new FakeClock().GetUtcNow();
        var sessions = GatewaySessions.Parse(Payload("sessions.list", "{}", now)).Sessions;
        var tasks = GatewayTasks.Parse(Payload("tasks.list", "{}", now)).Tasks;
        var agents = GatewayAgents.Parse(Payload("agents.list", "{}", now)).Agents;

        Assert.Equal([0, 1, 2], sessions.Select(s => s.Depth).Distinct().Order());
        Assert.All(sessions.Select(s => s.Parent).OfType<string>(), parent => Assert.Contains(parent, sessions.Select(s => s.Key)));
        Assert.Equal(["t1"], tasks.Where(t => t.IsStuck(now)).Select(t => t.Id));
        Assert.NotNull(tasks.Single(t => t is { Runtime: "subagent", Status: "failed" }).Error);
        Assert.All(agents, a => Assert.NotNull(a.Name));
        Assert.Equal(agents.Select(a => a.Id).Order(), sessions.Select(s => s.Agent).Distinct().Order());
        Assert.Equal(
            ["agent:main:subagent:9c40"],
            GatewaySessions.Parse(Payload("sessions.list", """{"search":"LINKS"}""", now)).Sessions.Select(s => s.Key));
        Assert.Equal(
            ["ok", "missing"],
            GatewayPreviews.Parse(Payload("sessions.preview", """{"keys":["agent:main:main","none"]}""", now)).Previews.Select(p => p.Status));
        Assert.Equal("llama/qwen-coder", GatewayConfiguration.Parse(Payload("config.get", "{}", now)).DefaultModel);
        Assert.Single(GatewaySystem.Parse(Payload("system.info", "{}", now)).Disks!);
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

    private static JsonElement Payload(string method, string parameters, DateTimeOffset now) =>
        JsonSerializer.SerializeToElement(GatewayAnswers.Of(method, JsonElement.Parse(parameters), now));

    private static async Task<JsonElement> AskAsync(ClientWebSocket socket, string id, string method)
    {
        var request = JsonSerializer.SerializeToUtf8Bytes(new { type = "req", id, method, @params = new { } });
        await socket.SendAsync(request, WebSocketMessageType.Text, endOfMessage: true, TestContext.Current.CancellationToken);
        JsonElement received;
        do
        {
            received = await ReceiveAsync(socket);
        }
        while (received.GetProperty("type").GetString() == "event");

        return received;
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
