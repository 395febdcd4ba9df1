using System.Text.Json;
using FleetExporter.OpenClaw.Protocol;
using FleetExporter.Tests.Api;
using FleetExporter.Tests.Collectors;
using FleetExporter.Tests.OpenClaw;
using FleetExporter.Tests.Remote;

namespace FleetExporter.Tests.Overview;

/// <summary>Failing parts as a client with one card per part reads them, and which of them count towards the overall status.</summary>
public sealed class FailingPartsTests
{
    [Fact]
    public async Task Every_failing_part_has_an_error()
    {
        var dead = FakeTcpServer.DeadPort();
        await using var server = await ApiServer.StartAsync(
            $$"""
            listen: 127.0.0.1:0
            hosts: [{ name: here }, { name: there, address: there.lan }]
            services: [{ name: stt, url: "http://127.0.0.1:{{dead}}/health" }]
            providers: [{ name: beat, url: "http://127.0.0.1:{{dead}}", unit: beat.service, host: here }]
            gateways: [{ name: claw, url: "ws://127.0.0.1:{{dead}}" }]
            tunnels: [{ name: t, connect: "127.0.0.1:{{dead}}" }]
            """,
            shell => shell.Answer("gpu", "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.", 9));

        var overview = await server.JsonAsync("/api/overview?fresh=true");

        foreach (var (part, error) in new[]
        {
            ("gpu", "driver: "), ("local_gpu", "driver: "), ("provider", "refused: "), ("gateway", "refused: "), ("tunnel", "refused: "),
            ("multimodal", "failing: stt"), ("heartbeat", "refused: "),
        })
        {
            Assert.Equal("error", Text(overview.GetProperty(part), "status"));
            Assert.StartsWith(error, Text(overview.GetProperty(part), "error"), StringComparison.Ordinal);
        }

        Assert.Equal("error", Text(overview, "overall"));
    }

    [Fact]
    public async Task A_healthy_part_or_one_not_polled_yet_has_no_error()
    {
        await using var server = await ApiServer.StartAsync(
            "listen: 127.0.0.1:0\nhosts: [{ name: here }]\n"
            + "tunnels: [{ name: t, connect: '127.0.0.1:1' }]\nproviders: [{ name: p, url: 'http://127.0.0.1:1' }]\n");

        var overview = await server.JsonAsync("/api/overview");

        Assert.Equal(("ok", "degraded"), (Text(overview.GetProperty("local_gpu"), "status"), Text(overview.GetProperty("tunnel"), "status")));
        Assert.All(new[] { "local_gpu", "tunnel", "provider" }, part => Assert.Null(Text(overview.GetProperty(part), "error")));
    }

    [Theory]
    [InlineData("active", "degraded")]
    [InlineData("failed", "error")]
    public async Task A_failing_heartbeat_does_not_count_and_is_degraded_while_its_unit_is_active(string unit, string status)
    {
        await using var good = Llama();
        await using var server = await ApiServer.StartAsync(
            $$"""
            listen: 127.0.0.1:0
            hosts: [{ name: here, units: [beat.service] }]
            providers:
            - { name: qwen, url: "{{good.Url()}}", kind: llama_cpp }
            - { name: beat, url: "http://127.0.0.1:{{FakeTcpServer.DeadPort()}}", kind: llama_cpp, unit: beat.service, host: here }
            """,
            shell => shell.Answer("systemd", $"U0:system\nId=beat.service\nLoadState=loaded\nActiveState={unit}\nSubState=x\nNRestarts=0\n"));

        var overview = await server.JsonAsync("/api/overview?fresh=true");

        Assert.Equal(("ok", status), (Text(overview, "overall"), Text(overview.GetProperty("heartbeat"), "status")));
        Assert.EndsWith($", beat.service is {unit}", Text(overview.GetProperty("heartbeat"), "error"), StringComparison.Ordinal);
        Assert.Equal(
            [("provider", "qwen", "ok"), ("heartbeat", "beat", status)],
            overview.GetProperty("targets").EnumerateArray().Select(t => (Text(t, "kind"), Text(t, "name"), Text(t, "status"))));
    }

    /// <summary>No other part would show its failure.</summary>
    [Fact]
    public async Task A_heartbeat_that_is_the_only_provider_counts_as_the_provider()
    {
        await using var server = await ApiServer.StartAsync(
            $$"""
            listen: 127.0.0.1:0
            hosts: [{ name: here, units: [beat.service] }]
            providers: [{ name: beat, url: "http://127.0.0.1:{{FakeTcpServer.DeadPort()}}", kind: llama_cpp, unit: beat.service, host: here }]
            """,
            shell => shell.Answer("systemd", "U0:system\nId=beat.service\nLoadState=loaded\nActiveState=active\nSubState=running\nNRestarts=0\n"));

        var overview = await server.JsonAsync("/api/overview?fresh=true");

        Assert.Equal("error", Text(overview, "overall"));
        Assert.Equal(("error", "degraded"), (Text(overview.GetProperty("provider"), "status"), Text(overview.GetProperty("heartbeat"), "status")));
        Assert.Equal("provider", Text(overview.GetProperty("targets")[0], "kind"));
    }

    [Fact]
    public async Task A_heartbeat_combines_values_of_its_server_and_the_gateway()
    {
        await using var good = Llama();
        await using var gateway = await FakeGateway.StartAsync();
        using var folder = new TemporaryFolder();
        await using var server = await ApiServer.StartAsync(With(gateway, folder)
            + $"providers: [{{ name: beat, url: \"{good.Url()}\", kind: llama_cpp, unit: beat.service, host: here }}]\n");

        var heartbeat = await server.JsonAsync("/api/heartbeat?fresh=true");

        Assert.Equal("qwen", Text(heartbeat, "model"));
        Assert.Equal((596_049_920L, 40_960L), (heartbeat.GetProperty("model_params").GetInt64(), heartbeat.GetProperty("context_train").GetInt64()));
        Assert.Equal(
            """{"enabled":false,"model":null,"every":"0m","prompt":null,"available_models":["""
            + """{"ref":"fake/fake-chat","name":"Fake Chat","provider":"fake","model_id":"fake-chat"},"""
            + """{"ref":"fake/fake-broken","name":"Fake Broken","provider":"fake","model_id":"fake-broken"}]}""",
            heartbeat.GetProperty("config").GetRawText());
    }

    [Fact]
    public async Task A_heartbeat_without_a_gateway_has_no_configuration()
    {
        await using var server = await ApiServer.StartAsync(
            "listen: 127.0.0.1:0\nhosts: [{ name: here }]\nproviders: [{ name: beat, url: 'http://127.0.0.1:1', unit: beat.service, host: here }]\n");

        var heartbeat = await server.JsonAsync("/api/heartbeat");

        Assert.All(
            new[] { "config", "model_params", "context_train" }, field => Assert.Equal(JsonValueKind.Null, heartbeat.GetProperty(field).ValueKind));
    }

    [Fact]
    public async Task A_gateway_with_stuck_messages_is_degraded()
    {
        await using var gateway = await FakeGateway.StartAsync();
        gateway.AnswerOverride = async (method, connection) =>
        {
            if (method == "health")
            {
                await connection.TextAsync(FakeGateway.Answer(connection.Id, """
                    {"ok":true,"ts":1795232332516,"agents":[],"deliveryQueues":{"failed":[],"ingressPressure":[
                      {"channelId":"telegram","accountId":"a","pendingCount":4,"claimedCount":1,"oldestReceivedAt":1795230000000}]}}
                    """));
            }

            return method == "health";
        };
        using var folder = new TemporaryFolder();
        await using var server = await ApiServer.StartAsync(With(gateway, folder));

        var part = await server.JsonAsync("/api/gateway?fresh=true");

        Assert.Equal("degraded", part.GetProperty("status").GetString());
        Assert.Equal("5 messages to its agents are stuck", part.GetProperty("error").GetString());
        Assert.Contains("kind=\"inbound_stuck\",queue=\"telegram\"} 5", await server.TextAsync("/metrics"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_gateway_shows_the_sessions_last_active_by_the_last_part_of_their_keys()
    {
        await using var gateway = await FakeGateway.StartAsync();
        using var folder = new TemporaryFolder();
        await using var server = await ApiServer.StartAsync(With(gateway, folder));

        var shown = (await server.JsonAsync("/api/gateway?fresh=true")).GetProperty("sessions").EnumerateArray().ToList();
        var all = (await server.JsonAsync("/api/gateway?limit=500")).GetProperty("sessions").EnumerateArray().ToList();

        Assert.Equal(5, shown.Count);
        Assert.True(all.Count > 5);
        Assert.Equal(all.Take(5).Select(s => s.GetRawText()), shown.Select(s => s.GetRawText()));
        Assert.All(all, s => Assert.Equal(Text(s, "session_key")!.Split(':')[^1], Text(s, "key")));
        Assert.Contains("agent:main:main", all.Select(s => Text(s, "session_key")));
        Assert.All(all, s => Assert.True(s.GetProperty("age_seconds").TryGetInt64(out _)));
        var recorded = GatewaySessions.Parse(GatewayFixture.Payload("sessions.list")).Sessions;
        Assert.Equal(recorded.OrderByDescending(s => s.UpdatedAt).Select(s => s.Key), all.Select(s => Text(s, "session_key")));
        Assert.Single((await server.JsonAsync("/api/gateway?limit=1")).GetProperty("sessions").EnumerateArray());
        Assert.Equal(400, (await server.FailAsync(HttpMethod.Get, "/api/gateway?limit=0")).Status);
    }

    private static ScriptedServer Llama() => new ScriptedServer()
        .Answer("/health", 200, """{"status":"ok"}""")
        .Answer("/v1/models", 200, """{"data":[{"id":"qwen","owned_by":"llamacpp","meta":{"n_params":596049920,"n_ctx_train":40960}}]}""");

    private static string With(FakeGateway gateway, TemporaryFolder folder)
    {
        folder.Write("token", FakeGateway.Token + "\n");
        return "listen: 127.0.0.1:0\nhosts: [{ name: here }]\n"
            + $"gateways: [{{ name: claw, url: \"{gateway.Url}\", token_file: {folder.PathOf("token")} }}]\n";
    }

    private static string? Text(JsonElement body, string name) => body.GetProperty(name).GetString();
}
