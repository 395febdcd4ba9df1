using System.Text.Json;
using FleetExporter.Tests.Api;
using FleetExporter.Tests.Collectors;
using FleetExporter.Tests.Remote;

namespace FleetExporter.Tests.Overview;

/// <summary>The endpoints of the overview, over HTTP.</summary>
public sealed class OverviewTests
{
    private const string Fields =
        """
        overview: status, timestamp, overall, collect_time_ms, gpu, provider, gateway, tunnel, local_gpu, multimodal, heartbeat, targets
        gpu: status, gpu_name, index, utilization_pct, temperature_c, power_w, power_limit_w, host, collected_at,
        """
        + """
         memory_used_mb, memory_total_mb, memory_pct, error, gpus
        local-gpu: status, gpu_name, utilization_pct, temperature_c, power_w, power_limit_w,
        """
        + """
         memory_used_mb, memory_total_mb, memory_free_mb, memory_pct, error
        provider: status, provider, server, base_url, healthy, latency_ms, consecutive_failures, last_checked_at, last_healthy_at, error
        gateway: status, gateway_ok, latency_ms, session_count, sessions, discord, error
        tunnel: status, host, port, reachable, latency_ms, service_name, service_active, service_status, error
        multimodal: status, services_up, services_total, services, error
        heartbeat: status, port, model, model_params, context_train, server_healthy, service_active, service_status, config, error
        """;

    private const string Everything =
        """
        listen: 127.0.0.1:0
        hosts: [{ name: here }, { name: there, address: there.lan }]
        services: [{ name: stt, url: "http://127.0.0.1:1/health" }]
        providers:
        - { name: beat, url: "http://127.0.0.1:2", unit: beat.service, host: here }
        - { name: qwen, url: "http://127.0.0.1:3/base", kind: llama_cpp }
        gateways: [{ name: claw, url: "ws://127.0.0.1:4" }]
        tunnels: [{ name: t, connect: "127.0.0.1:5" }]
        """;

    private const string Nothing = "listen: 127.0.0.1:0\nhosts: []\n";

    public static TheoryData<string, string> Endpoints() =>
        [.. Fields.Split('\n').Select(l => l.Trim().Split(": ")).Select(l => (l[0], l[1]))];

    [Theory]
    [MemberData(nameof(Endpoints))]
    public async Task Each_body_has_its_fields_in_their_order(string name, string fields)
    {
        await using var server = await ApiServer.StartAsync(Everything);

        var body = await server.JsonAsync("/api/" + name);

        Assert.Equal(fields.Split(", "), Names(body));
        Assert.Contains(body.GetProperty("status").GetString(), new[] { "ok", "degraded", "error" });
    }

    [Theory]
    [MemberData(nameof(Endpoints))]
    public async Task A_part_that_is_not_configured_is_an_error_and_does_not_count(string name, string fields)
    {
        await using var server = await ApiServer.StartAsync(Nothing);

        var body = await server.JsonAsync("/api/" + name);

        if (name == "overview")
        {
            Assert.Equal("ok", body.GetProperty("overall").GetString());
            Assert.Empty(body.GetProperty("targets").EnumerateArray());
            Assert.All(fields.Split(", ")[4..^1], part => IsNotConfigured(body.GetProperty(part)));
        }
        else
        {
            IsNotConfigured(body);
        }

        static void IsNotConfigured(JsonElement part) =>
            Assert.Matches("""^\{"status":"error","error":"not configured: [^"]+","configured":false\}$""", part.GetRawText());
    }

    [Fact]
    public async Task The_overview_contains_the_answer_of_each_part()
    {
        await using var server = await ApiServer.StartAsync(Everything);

        var overview = await server.JsonAsync("/api/overview");

        foreach (var part in new[] { "provider", "gateway", "tunnel", "multimodal", "heartbeat" })
        {
            Assert.Equal((await server.JsonAsync("/api/" + part)).GetRawText(), overview.GetProperty(part).GetRawText());
        }

        Assert.Equal((await server.JsonAsync("/api/local-gpu")).GetRawText(), overview.GetProperty("local_gpu").GetRawText());
        Assert.False(overview.GetProperty("gpu").TryGetProperty("gpus", out _));
        Assert.Equal("there", overview.GetProperty("gpu").GetProperty("host").GetString());
        Assert.Equal("degraded", overview.GetProperty("overall").GetString());
        Assert.InRange(overview.GetProperty("collect_time_ms").GetDouble(), 0, 5000);
    }

    [Fact]
    public async Task A_target_that_no_part_shows_counts_and_is_listed()
    {
        await using var good = new ScriptedServer();
        good.Answer("/health", 200, """{"status":"ok"}""").Answer("/v1/models", 200, """{"data":[{"id":"qwen","owned_by":"llamacpp"}]}""");
        await using var server = await ApiServer.StartAsync(
            $"listen: 127.0.0.1:0\nhosts: []\nproviders:\n- {{ name: first, url: '{good.Url()}', kind: llama_cpp }}\n"
                + $"- {{ name: second, url: 'http://127.0.0.1:1', kind: llama_cpp }}\n");

        var overview = await server.JsonAsync("/api/overview?fresh=true");

        Assert.Equal(("ok", "error"), (Text(overview.GetProperty("provider"), "status"), Text(overview, "overall")));
        var targets = overview.GetProperty("targets").EnumerateArray().ToList();
        Assert.Equal(
            [("provider", "first", "ok"), ("provider", "second", "error")],
            targets.Select(t => (Text(t, "kind"), Text(t, "name"), Text(t, "status"))));
        Assert.Equal(JsonValueKind.Null, targets[0].GetProperty("reason").ValueKind);
        Assert.StartsWith("refused", Text(targets[1], "reason"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Providers_are_chosen_by_name_or_by_their_unit()
    {
        await using var server = await ApiServer.StartAsync(Everything);

        var first = await server.JsonAsync("/api/provider");
        Assert.Equal(("qwen", "llama_cpp", "http://127.0.0.1:3/base"), (Text(first, "provider"), Text(first, "server"), Text(first, "base_url")));
        Assert.Equal("beat", Text(await server.JsonAsync("/api/provider?provider=beat"), "provider"));
        Assert.Equal(2, (await server.JsonAsync("/api/heartbeat")).GetProperty("port").GetInt32());
        Assert.Equal(3, (await server.JsonAsync("/api/heartbeat?provider=qwen")).GetProperty("port").GetInt32());
    }

    [Fact]
    public async Task The_state_of_a_unit_comes_from_the_stream_of_its_host()
    {
        await using var server = await ApiServer.StartAsync(
            Everything.Replace("{ name: here }", "{ name: here, units: [beat.service] }", StringComparison.Ordinal),
            shell => shell.Answer("systemd", "U0:system\nId=beat.service\nLoadState=loaded\nActiveState=failed\nSubState=failed\nNRestarts=3\n"));

        var beat = await server.JsonAsync("/api/heartbeat");

        Assert.Equal((false, "failed"), (beat.GetProperty("service_active").GetBoolean(), Text(beat, "service_status")));
    }

    [Theory]
    [InlineData("/api/gpu?host=nowhere", 404)]
    [InlineData("/api/gpu?index=9", 404)]
    [InlineData("/api/gpu?index=first", 400)]
    [InlineData("/api/provider?provider=x", 404)]
    [InlineData("/api/heartbeat?provider=x", 404)]
    [InlineData("/api/gateway?gateway=x", 404)]
    [InlineData("/api/tunnel?tunnel=x", 404)]
    [InlineData("/api/overview?fresh=please", 400)]
    public async Task Unknown_names_are_404_and_invalid_values_400(string path, int status)
    {
        await using var server = await ApiServer.StartAsync(Everything);

        Assert.Equal(status, (await server.FailAsync(HttpMethod.Get, path)).Status);
    }

    [Fact]
    public async Task With_fresh_tunnels_are_polled_first_and_the_worst_is_shown()
    {
        using var good = new FakeTcpServer("220\r\n", sendsFirst: true);
        using var cuts = new FakeTcpServer("", sendsFirst: true);
        await using var server = await ApiServer.StartAsync(
            $"listen: 127.0.0.1:0\nhosts: []\ntunnels:\n- {{ name: good, connect: '127.0.0.1:{good.Port}', verify: banner }}\n"
                + $"- {{ name: bad, connect: '127.0.0.1:{cuts.Port}', verify: banner }}\n");

        Assert.Equal("degraded", Text(await server.JsonAsync("/api/tunnel"), "status"));
        var worst = await server.JsonAsync("/api/tunnel?fresh=true");
        Assert.Equal(
            ("error", cuts.Port, false), (Text(worst, "status"), worst.GetProperty("port").GetInt32(), worst.GetProperty("reachable").GetBoolean()));
        Assert.StartsWith("protocol: ", Text(worst, "error"), StringComparison.Ordinal);
        var other = await server.JsonAsync("/api/tunnel?tunnel=good");
        Assert.Equal(
            ("ok", true, true),
            (Text(other, "status"), other.GetProperty("reachable").GetBoolean(), other.GetProperty("latency_ms").ValueKind == JsonValueKind.Number));
        Assert.Equal("error", Text(await server.JsonAsync("/api/overview"), "overall"));
    }

    [Fact]
    public async Task A_fresh_answer_waits_at_most_5_s_for_a_hanging_target()
    {
        using var silent = new FakeTcpServer(null);
        await using var server = await ApiServer.StartAsync(
            $"listen: 127.0.0.1:0\nhosts: []\ntunnels: [{{ name: t, connect: '127.0.0.1:{silent.Port}', verify: banner, timeout: 1m }}]\n");

        var answer = server.JsonAsync("/api/overview?fresh=true");
        while (silent.Connections == 0)
        {
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }

        server.Clock.Advance(TimeSpan.FromSeconds(4.9));
        Assert.False(await Task.WhenAny(answer, Task.Delay(100, TestContext.Current.CancellationToken)) == answer);
        server.Clock.Advance(TimeSpan.FromSeconds(0.2));
        Assert.Equal("degraded", Text((await answer).GetProperty("tunnel"), "status"));
        // Without fresh a hanging target delays no answer.
        Assert.Equal("degraded", Text(await server.JsonAsync("/api/overview"), "overall"));
    }

    private static string? Text(JsonElement body, string name) => body.GetProperty(name).GetString();

    private static IEnumerable<string> Names(JsonElement body) => body.EnumerateObject().Select(p => p.Name);
}
