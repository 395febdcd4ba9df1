using System.Diagnostics;
using System.Globalization;
using FleetExporter.IntegrationTests.Parts;

namespace FleetExporter.IntegrationTests;

/// <summary>A real gateway and what is published of it.</summary>
public sealed class OpenClawTests(OpenClawFixture fixture) : IClassFixture<OpenClawFixture>
{
    private static readonly (string, string)[] Claw = [("host", "box"), ("gateway", "claw")];

    [Fact]
    public async Task Published_work_of_agents_and_cron_jobs_matches_the_gateway()
    {
        await using var admin = await fixture.Gateway.AdminAsync();
        await AgentWork.DoAsync(admin);
        var done = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        var today = DateTimeOffset.FromUnixTimeMilliseconds((long)(await admin.CallAsync("health"))["ts"]!.GetValue<double>()).UtcDateTime
            .ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        var usage = await AgentWork.SettledAsync(admin, "sessions.usage", """{"agentId":"main","limit":1000,"range":"all"}""", done);
        var total = usage["totals"]!["totalCost"]!.GetValue<double>();
        foreach (var window in new[] { $"\"startDate\":\"{today}\",\"endDate\":\"{today}\"", "\"range\":\"7d\"", "\"range\":\"30d\"" })
        {
            await AgentWork.SettledAsync(admin, "sessions.usage", $$"""{"agentId":"main","limit":1000,{{window}}}""", done);
        }

        var cost = await AgentWork.SettledAsync(
            admin, "usage.cost", $$"""{"agentScope":"all","startDate":"{{today[..8]}}01","endDate":"{{today}}"}""", done);

        using var folder = new TestFolder();
        await using var exporter = await ExporterAsync(folder);
        var page = await exporter.UntilAsync(
            "usage of the gateway", p => p.Of("fleet_openclaw_tokens").Any() && p.Of("fleet_openclaw_cost_projected_month_usd").Any()
                && p.Of("fleet_openclaw_cron_last_success").Count() > 1);

        Assert.Equal(1, page.Value("fleet_openclaw_gateway_up", Claw));
        Assert.Equal(1, page.Value("fleet_openclaw_gateway_live", Claw));
        Assert.Equal(1, page.Value("fleet_openclaw_gateway_ready", Claw));
        Assert.All(page.Of("fleet_openclaw_schema_supported"), s => Assert.True(s.Value == 1, s.Series));
        Assert.DoesNotContain(page.Of("fleet_openclaw_schema_supported"), s => s["source"] == "infrastructure");
        foreach (var (type, member) in new[] { ("input", "input"), ("output", "output"), ("cache_read", "cacheRead"), ("cache_write", "cacheWrite") })
        {
            Assert.All(["today", "7d", "30d", "all"], window => Assert.Equal(
                usage["totals"]![member]!.GetValue<double>(),
                page.Of("fleet_openclaw_tokens", [("token_type", type), ("window", window)]).Sum(s => s.Value)));
        }

        Assert.True(usage["totals"]!["input"]!.GetValue<double>() > 0);
        Assert.Equal(total, page.Of("fleet_openclaw_cost_usd", [("window", "all")]).Sum(s => s.Value), 9);
        Assert.True(page.Value("fleet_openclaw_cost_projected_month_usd", Claw) >= cost["totals"]!["totalCost"]!.GetValue<double>());
        var main = usage.List("sessions").Where(s => s.Text("key") == "agent:main:main").Sum(s => s["usage"]!["totalCost"]!.GetValue<double>());
        Assert.Equal(main, page.Value("fleet_openclaw_session_cost_usd", ("session", "agent:main:main")), 9);

        await SessionsAgreeAsync(admin, page);
        await JobsAgreeAsync(admin, page);
        var tasks = (await admin.CallAsync("status"))["tasks"]!["byStatus"]!.AsObject();
        Assert.All(tasks, t => Assert.Equal(t.Value!.GetValue<double>(), page.Value("fleet_openclaw_tasks", ("status", t.Key))));
        Assert.Equal(1, page.Value("fleet_openclaw_subagent_runs", ("agent", "main"), ("status", "completed")));
        Assert.Equal("", await Promtool.CheckMetricsAsync(page.Text));
        Assert.DoesNotContain("Fake answer", page.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Running_work_is_published_until_it_ends()
    {
        await using var admin = await fixture.Gateway.AdminAsync();
        using var folder = new TestFolder();
        var started = TimeProvider.System.GetUtcNow();
        var turn = admin.TurnAsync("SLOW please", "slow");
        await using var exporter = await ExporterAsync(folder);
        try
        {
            var page = await exporter.UntilAsync(
                "a running task in its queue",
                p => Running(p) == 1 && p.Of("fleet_openclaw_task_oldest_running_timestamp_seconds").Any() && Active(p) > 0,
                TimeSpan.FromSeconds(60));

            var oldest = DateTimeOffset.FromUnixTimeSeconds((long)page.Of("fleet_openclaw_task_oldest_running_timestamp_seconds").Single().Value);
            Assert.InRange(oldest, started.AddSeconds(-2), started.AddSeconds(60));
        }
        finally
        {
            await fixture.Gateway.ReleaseAsync();
        }

        await turn;
        await exporter.UntilAsync("no running task", p => Running(p) == 0 && Active(p) == 0);

        static double? Running(Page page) => page.Find("fleet_openclaw_tasks", ("status", "running"));

        static double Active(Page page) => page.Of("fleet_openclaw_lane_active").Sum(l => l.Value);
    }

    [Fact]
    public async Task A_killed_gateway_is_reported_within_two_intervals_and_recovers()
    {
        await using (var admin = await fixture.Gateway.AdminAsync())
        {
            // So that it has a session.
            await admin.TurnAsync("hello", "before");
        }

        using var folder = new TestFolder();
        await using var exporter = await ExporterAsync(folder, interval: 2);
        await exporter.UntilAsync("the gateway is up", p => p.Find("fleet_openclaw_gateway_up", Claw) == 1 && p.Of("fleet_openclaw_sessions").Any());
        var watch = Stopwatch.StartNew();

        await fixture.Gateway.KillAsync();

        var page = await exporter.UntilAsync("the gateway is down", p =>
            p.Find("fleet_openclaw_gateway_live", Claw) == 0
                && p.Find("fleet_collector_failures_total", ("collector", "gateway"), ("reason", "refused")) > 0);

        // Two intervals, and what a busy machine takes to tell.
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(6));
        Assert.Equal(0, page.Value("fleet_openclaw_gateway_up", Claw));
        Assert.Empty(page.Of("fleet_openclaw_sessions"));
        await fixture.Gateway.RunAsync();
        await exporter.UntilAsync("the gateway is up again", p =>
            p.Find("fleet_openclaw_gateway_up", Claw) == 1 && p.Of("fleet_openclaw_sessions").Any());
    }

    [Fact]
    public async Task A_wrong_token_is_auth_and_retried_with_back_off()
    {
        using var folder = new TestFolder();
        var watch = Stopwatch.StartNew();
        await using var exporter = await ExporterAsync(folder, token: "wrong");

        var page = await exporter.UntilAsync("three refusals", p => Refusals(p) == 3);

        // At once, after 2 s, after 4 s more; the next would come 8 s later.
        Assert.InRange(watch.Elapsed, TimeSpan.FromSeconds(5), Until.DefaultLimit);
        Assert.Equal(0, page.Value("fleet_openclaw_gateway_up", Claw));
        Assert.Equal(1, page.Value("fleet_openclaw_gateway_live", Claw));
        Assert.All(page.Of("fleet_collector_failures_total", [("collector", "gateway")]), f => Assert.Equal("auth", f["reason"]));
        await Task.Delay(TimeSpan.FromSeconds(4), TestContext.Current.CancellationToken);
        Assert.Equal(3, Refusals(await exporter.PageAsync()));

        static double? Refusals(Page page) => page.Find("fleet_collector_failures_total", ("collector", "gateway"), ("reason", "auth"));
    }

    private async Task<Exporter> ExporterAsync(TestFolder folder, int interval = 1, string token = OpenClawGateway.Token)
    {
        folder.Write("token", token + "\n");
        return await Exporter.StartAsync(folder, $$"""
            poll_interval: {{interval}}s
            hosts: []
            gateways:
              - { name: claw, host: box, url: "{{fixture.Gateway.Url}}", token_file: token, timeout: 10s }
            """);
    }

    private static async Task SessionsAgreeAsync(OpenClawAdmin admin, Page page)
    {
        var sessions = (await admin.CallAsync("sessions.list", """{"limit":200}""")).List("sessions").Where(s =>
            !s.Text("key").Contains(":run:", StringComparison.Ordinal)).ToList();
        Assert.Equal(sessions.Count, page.Of("fleet_openclaw_sessions", Claw).Sum(s => s.Value));
        Assert.Equal(1, page.Value("fleet_openclaw_sessions", ("type", "subagent")));
        foreach (var session in sessions.Where(s => s["totalTokensFresh"]?.GetValue<bool>() == true && s.Number("contextTokens") > 0))
        {
            Assert.Equal(
                session.Number("totalTokens")!.Value / session.Number("contextTokens")!.Value,
                page.Value("fleet_openclaw_session_context_ratio", ("session", session.Text("key"))), 9);
        }
    }

    private static async Task JobsAgreeAsync(OpenClawAdmin admin, Page page)
    {
        var jobs = (await admin.CallAsync("cron.list", """{"includeDisabled":true}""")).List("jobs");
        Assert.Equal(jobs.Select(j => j.Text("id")).Order(), page.Of("fleet_openclaw_cron_info").Select(c => c["cron"]).Order());
        foreach (var job in jobs)
        {
            var cron = ("cron", job.Text("id"));
            var state = job["state"]!;
            Assert.Equal(job["enabled"]!.GetValue<bool>() ? 1 : 0, page.Value("fleet_openclaw_cron_enabled", cron));
            Assert.Equal(state.Number("lastRunAtMs") / 1000, page.Find("fleet_openclaw_cron_last_run_timestamp_seconds", cron));
            Assert.Equal(state.Number("nextRunAtMs") / 1000, page.Find("fleet_openclaw_cron_next_run_timestamp_seconds", cron));
            Assert.Equal(
                state.Text("lastRunStatus") switch { "ok" => 1, "error" => 0, _ => (double?)null },
                page.Find("fleet_openclaw_cron_last_success", cron));
            Assert.Equal(state.Number("consecutiveErrors"), page.Find("fleet_openclaw_cron_consecutive_errors", cron));
        }

        Assert.Equal([0, 1], page.Of("fleet_openclaw_cron_last_success").Select(c => c.Value).Order());
    }
}
