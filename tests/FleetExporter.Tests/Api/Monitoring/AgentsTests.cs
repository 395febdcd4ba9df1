using System.Text.Json;
using FleetExporter.Tests.OpenClaw;

namespace FleetExporter.Tests.Api.Monitoring;

/// <summary>Agents of the gateways, their sub-agents, machines and configuration.</summary>
public sealed class AgentsTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("agents")]
    [InlineData("subagents")]
    [InlineData("system")]
    [InlineData("config")]
    public async Task An_unknown_gateway_is_not_found(string route)
    {
        await using var server = await GatewayServer.StartAsync([("a", ""), ("b", "")]);

        Assert.Equal((404, ""), await server.FailAsync($"{route}?gateway=none"));
        Assert.Equal(
            ["b"],
            (await server.JsonAsync($"{route}?gateway=b")).GetProperty(route == "subagents" ? "sources" : "items").EnumerateArray()
                .Select(i => Text(i, "gateway")));
    }

    [Fact]
    public async Task Agents_have_their_sessions_cost_and_sub_agents()
    {
        await using var server = await GatewayServer.StartAsync(
            [("claw", "")], new Dictionary<string, string> { ["agents.list"] = GatewayFixture.Payload("agents.list.two").GetRawText() });

        var gateway = Assert.Single(await server.ItemsAsync("agents"));

        var agents = gateway.GetProperty("agents").EnumerateArray().Select(a => a.GetRawText()).ToList();
        Assert.Equal(
            """
            {"id":"main","name":null,"emoji":null,"model":"fake/fake-chat","is_default":true,"sessions":{"total":8,"running":0,
            "by_type":{"main":1,"direct":1,"group":0,"custom":3,"cron":2,"subagent":1}},"last_activity_at":"2026-11-21T03:31:48.267+00:00",
            "cost_today_usd":0.087975,"cost_30d_usd":0.087975,"tokens_today":26925,"context_max_percent":1.8,"subagents_running":0}
            """.ReplaceLineEndings(""),
            agents[0]);
        Assert.StartsWith(
            """{"id":"helper-bot","name":"Helper Bot","emoji":"\uD83E\uDD16","model":"fake/fake-chat","is_default":false,"sessions":{"total":0,""",
            agents[1], StringComparison.Ordinal);
        Assert.Equal(["sessions.list", "sessions.usage", "tasks.list"], gateway.GetProperty("sources").EnumerateObject().Select(s => s.Name));
    }

    [Fact]
    public async Task Values_of_agents_whose_source_is_missing_are_null()
    {
        await using var server = await GatewayServer.StartAsync(
            [("claw", "2026.5.28")],
            new Dictionary<string, string> { ["sessions.list"] = "{}", ["tasks.list"] = "7" });

        var gateway = Assert.Single(await server.ItemsAsync("agents"));

        Assert.Equal(
            """
            [{"id":"main","name":null,"emoji":null,"model":"fake/fake-chat","is_default":true,"sessions":null,"last_activity_at":null,
            "cost_today_usd":null,"cost_30d_usd":null,"tokens_today":null,"context_max_percent":null,"subagents_running":null}]
            """.ReplaceLineEndings(""),
            gateway.GetProperty("agents").GetRawText());
        Assert.Equal(
            ["unknown_shape", "waiting", "unknown_shape"],
            gateway.GetProperty("sources").EnumerateObject().Select(s => Text(s.Value, "reason")));
    }

    [Fact]
    public async Task Sub_agents_of_both_versions_are_those_of_the_captures()
    {
        await using var server = await GatewayServer.StartAsync([("new", ""), ("old", "2026.5.28")]);

        var answer = await server.JsonAsync("subagents");

        Assert.Equal(
            """
            {"task_id":"5fc9fc70-ca55-4813-898b-82ef44c658a6","gateway":"new","agent":"main","title":"helper",
            "session":"agent:main:subagent:100b2c29-5c49-4eb5-9f0c-b18fe03f241c","parent":"agent:main:main","status":"completed",
            "started_at":"2026-11-21T03:26:24.729+00:00","ended_at":"2026-11-21T03:26:24.839+00:00","duration_seconds":0.1,"error":null,"stuck":false}
            """.ReplaceLineEndings(""),
            answer.GetProperty("items").EnumerateArray().Single(i => Text(i, "gateway") == "new").GetRawText());
        Assert.All(answer.GetProperty("sources").EnumerateArray(), s => Assert.Equal(
            """{"queued":0,"running":0,"completed":1,"failed":0,"cancelled":0,"timed_out":0,"lost":0}""", s.GetProperty("counts").GetRawText()));
    }

    [Fact]
    public async Task Stuck_sub_agents_are_first_then_running_ones_then_the_newest()
    {
        await using var server = await GatewayServer.StartAsync([("claw", "")], new Dictionary<string, string>
        {
            ["tasks.list"] = $$"""
                {"tasks":[{{Task("old", "completed", 500)}},{{Task("runs", "running", 9)}},{{Task("failed", "failed", 5)}},
                {{Task("stuck", "running", 11)}},{{Task("queued", "queued", 1)}},{"id":"cron","runtime":"cron","status":"running"}]}
                """,
        });

        var answer = await server.JsonAsync("subagents");
        var items = answer.GetProperty("items").EnumerateArray().ToList();
        var page = await server.JsonAsync("subagents?limit=2");

        Assert.Equal(["stuck", "runs", "failed", "old", "queued"], items.Select(i => Text(i, "task_id")));
        Assert.Equal([true, false, false, false, false], items.Select(i => i.GetProperty("stuck").GetBoolean()));
        Assert.Equal(["660", "540", "60", "60", "null"], items.Select(i => i.GetProperty("duration_seconds").GetRawText()));
        Assert.Equal("<b>x</b> [2J", Text(items[2], "error"));
        var next = await server.ItemsAsync($"subagents?limit=2&cursor={Uri.EscapeDataString(Text(page, "next_cursor")!)}");
        Assert.Equal(["failed", "old"], next.Select(i => Text(i, "task_id")));
        Assert.Equal((400, "limit"), await server.FailAsync("subagents?limit=501"));
    }

    [Fact]
    public async Task Counts_are_null_where_tasks_are_not_known()
    {
        await using var server = await GatewayServer.StartAsync([("claw", "")], new Dictionary<string, string> { ["tasks.list"] = "[]" });

        Assert.Equal(
            """{"items":[],"next_cursor":null,"sources":[{"gateway":"claw","host":"here","at":null,"reason":"unknown_shape","counts":null}]}""",
            await server.TextAsync("subagents"));
    }

    [Fact]
    public async Task The_machine_of_a_gateway_is_as_it_tells_or_null_with_the_reason()
    {
        await using var server = await GatewayServer.StartAsync([("new", ""), ("old", "2026.5.28")]);

        var items = await server.ItemsAsync("system");

        Assert.Equal(
            """
            {"gateway":"new","host":"here","at":"2026-01-01T00:00:00+00:00","reason":null,"process":{"pid":16541,"uptime_seconds":709,
            "node_version":"v26.10.0","memory_mb":1355,"heap_used_mb":478,"heap_total_mb":503,
            "event_loop":{"degraded":false,"delay_p99_ms":24,"utilization_percent":0.8}},"machine":{"hostname":"openclaw-host","platform":"linux",
            "release":"6.1.0-42-amd64","arch":"x64","cpu_model":"AMD EPYC","cpu_count":2,"load_avg":[0.83,1.79,3.1],"memory_total_mb":24106,
            "memory_free_mb":21652,"disks":[{"path":"/","size_mb":258020,"available_mb":71828,"used_percent":72.2}]}}
            """.ReplaceLineEndings(""),
            items[0].GetRawText());
        Assert.Equal(
            """{"gateway":"old","host":"here","at":null,"reason":"unsupported","process":null,"machine":null}""", items[1].GetRawText());
    }

    [Fact]
    public async Task The_configuration_has_a_closed_list_of_settings()
    {
        await using var server = await GatewayServer.StartAsync([("new", ""), ("old", "2026.5.28")]);

        var items = await server.ItemsAsync("config");

        var settings = items[0].GetProperty("settings");
        Assert.Equal("fake/fake-chat", Text(settings, "default_model"));
        Assert.Equal(
            """
            [{"name":"fake","models":[{"id":"fake-chat","name":"Fake Chat","context_window":128000},
            {"id":"fake-broken","name":"Fake Broken","context_window":128000}]}]
            """.ReplaceLineEndings(""),
            settings.GetProperty("providers").GetRawText());
        Assert.Equal("""[{"name":"discord","enabled":false}]""", settings.GetProperty("channels").GetRawText());
        Assert.Equal(
            """{"max_concurrent":8,"subagents_max_concurrent":8,"subagents_archive_after_minutes":60}""",
            settings.GetProperty("limits").GetRawText());
        Assert.DoesNotContain("REDACTED", items[0].GetRawText(), StringComparison.Ordinal);
        Assert.Equal("""{"gateway":"old","host":"here","at":null,"reason":"unsupported","settings":null}""", items[1].GetRawText());
    }

    [Fact]
    public async Task No_secret_of_the_configuration_is_in_the_answer()
    {
        await using var server = await GatewayServer.StartAsync(
            [("claw", "")], new Dictionary<string, string> { ["config.get"] = GatewayConfigurationTests.Secrets });

        var text = await server.TextAsync("config");

        Assert.Contains("llama/qwen", text, StringComparison.Ordinal);
        Assert.DoesNotContain("SECRET", text, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_gateway_that_is_down_gives_the_reason()
    {
        await using var server = await GatewayServer.StartAsync([("claw", "")]);
        await server["claw"].DisposeAsync();
        for (var polls = 0; polls < 3; polls++)
        {
            await server.PollAsync();
        }

        foreach (var route in new[] { "agents items", "system items", "config items", "sessions sources", "subagents sources" })
        {
            var part = Assert.Single((await server.JsonAsync(route.Split(' ')[0])).GetProperty(route.Split(' ')[1]).EnumerateArray());
            Assert.Equal((null, "refused"), (Text(part, "at"), Text(part, "reason")));
        }

        Assert.Equal((404, ""), await server.FailAsync("sessions/agent%3Amain%3Amain"));
    }

    private static string Task(string id, string status, int minutes) => JsonSerializer.Serialize(new
    {
        id,
        runtime = "subagent",
        status,
        title = "<b>t</b>",
        childSessionKey = $"agent:main:subagent:{id}",
        sessionKey = "agent:main:main",
        createdAt = Now.AddMinutes(-minutes).ToUnixTimeMilliseconds(),
        endedAt = status is "running" or "queued" ? (long?)null : Now.AddMinutes(1 - minutes).ToUnixTimeMilliseconds(),
        error = status == "failed" ? "<b>x</b>\u001b[2J\u202e" : null,
    });

    private static string? Text(JsonElement row, string name) => row.GetProperty(name).GetString();
}
