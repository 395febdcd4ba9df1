using System.Globalization;
using System.Text.Json.Nodes;

namespace FleetExporter.IntegrationTests.Parts;

/// <summary>Compares the numbers of /api/monitoring with what the gateway answers itself.</summary>
internal sealed class AgentNumbers(OpenClawAdmin admin, Exporter exporter)
{
    private static readonly string[] Agents = ["main", AgentNumbersWork.Second];

    /// <summary>The gateway's usage of each agent, once it counts all work: it keeps an answer for half a minute.</summary>
    public static async Task<IReadOnlyDictionary<(string Window, string Agent), JsonNode>> UsageAsync(OpenClawAdmin admin)
    {
        var done = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        var today = TimeProvider.System.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        var usage = new Dictionary<(string, string), JsonNode>();
        foreach (var (window, range) in new[]
        {
            ("today", $"\"startDate\":\"{today}\",\"endDate\":\"{today}\""), ("7d", "\"range\":\"7d\""), ("30d", "\"range\":\"30d\""),
            ("all", "\"range\":\"all\""),
        })
        {
            foreach (var agent in Agents)
            {
                usage[(window, agent)] = await AgentWork.SettledAsync(
                    admin, "sessions.usage", $$"""{"agentId":"{{agent}}","limit":1000,{{range}}}""", done);
            }
        }

        return usage;
    }

    public async Task CostsAgreeAsync(IReadOnlyDictionary<(string Window, string Agent), JsonNode> usage)
    {
        var costs = await ItemAsync("costs");
        var tokens = await ItemAsync("tokens");
        foreach (var (window, agents) in usage.GroupBy(u => u.Key.Window).Select(g => (g.Key, g.ToList())))
        {
            var total = agents.Sum(a => Cost(a.Value["totals"]!));
            Assert.True(total > 0);
            Same(total, costs["usd"]!.Number(window));
            Assert.All(agents, a => Same(
                Cost(a.Value["totals"]!), costs.List("by_agent").Single(r => r.Text("agent") == a.Key.Agent)["usd"]!.Number(window)));
            foreach (var model in agents.SelectMany(a => a.Value["aggregates"]!.List("byModel")).GroupBy(m => m.Text("model")))
            {
                Same(model.Sum(m => Cost(m["totals"]!)), costs.List("by_model").Single(r => r.Text("model") == model.Key)["usd"]!.Number(window));
                var shown = tokens.List("models").Single(r => r.Text("model") == model.Key)["windows"]![window]!;
                Assert.Equal(model.Sum(m => m.Number("count")), shown.Number("calls"));
                foreach (var (name, member) in new[]
                {
                    ("input", "input"), ("output", "output"), ("cache_read", "cacheRead"), ("cache_write", "cacheWrite"), ("total", "totalTokens"),
                })
                {
                    Assert.Equal(model.Sum(m => m["totals"]!.Number(member)), shown.Number(name));
                }
            }

            var sessions = agents.SelectMany(a => a.Value.List("sessions")).Where(s => s["usage"] is not null).ToList();
            var crons = sessions.Where(s => s.Text("key").Contains(":cron:", StringComparison.Ordinal))
                .GroupBy(s => s.Text("key").Split(":cron:")[1].Split(':')[0]).ToDictionary(g => g.Key, g => g.Sum(s => Cost(s["usage"]!)));
            Assert.Equal(crons.Keys.Order(), costs.List("by_cron").Select(c => c.Text("id")).Order());
            Assert.All(costs.List("by_cron"), c => Same(crons[c.Text("id")], c["usd"]!.Number(window)));
            Same(total - crons.Values.Sum(), costs["other_usd"]!.Number(window));
            Assert.Equal(
                sessions.Where(s => s.Text("key").Contains(":subagent:", StringComparison.Ordinal)).Sum(s => s["usage"]!.Number("totalTokens")),
                tokens.List("subagents").Sum(m => m["windows"]![window]!.Number("total")));
        }

        var days = (await admin.CallAsync("usage.cost", """{"agentScope":"all","days":30}""")).List("daily");
        Assert.All(days.Where(d => d.Number("totalTokens") > 0), d => Same(
            d.Number("totalCost"), costs.List("by_day").Single(r => r.Text("date") == d.Text("date")).Number("usd")));
        Assert.True(costs.Number("projected_month_usd") >= days.Sum(d => d.Number("totalCost")) - 1e-6);
    }

    public async Task SessionsAgreeAsync(IReadOnlyDictionary<(string Window, string Agent), JsonNode> usage)
    {
        var rows = (await admin.CallAsync("sessions.list", """{"limit":200}""")).List("sessions")
            .Where(s => !s.Text("key").Contains(":run:", StringComparison.Ordinal)).ToDictionary(s => s.Text("key"));
        var shown = (await exporter.JsonAsync("/api/monitoring/sessions?limit=200")).List("items");
        Assert.Equal(rows.Keys.Order(), shown.Select(s => s.Text("key")).Order());
        foreach (var session in shown)
        {
            var row = rows[session.Text("key")];
            Assert.Equal(row.Number("contextTokens"), session.Number("context_tokens"));
            Assert.Equal(Moment(row.Number("updatedAt")), session["updated_at"]?.GetValue<DateTimeOffset>());
            Assert.Equal(row["model"] is null ? "" : $"{row.Text("modelProvider")}/{row.Text("model")}", session.Text("model"));
            var used = Agents.SelectMany(a => usage[("all", a)].List("sessions")).Where(s => s.Text("key") == session.Text("key"))
                .Select(s => s["usage"]).OfType<JsonNode>().ToList();
            Assert.Equal(used.Count == 0 ? null : used.Sum(u => u.Number("totalTokens")), session.Number("tokens_total"));
            Same(used.Count == 0 ? null : used.Sum(Cost), session.Number("cost_usd"));
        }

        var preview = await exporter.JsonAsync($"/api/monitoring/sessions/{Uri.EscapeDataString("agent:second:main")}");
        Assert.Contains(
            preview["preview"]!.List("messages"), m => m.Text("role") == "user" && m.Text("text").Contains("hello", StringComparison.Ordinal));
        var agents = (await ItemAsync("agents")).List("agents");
        Assert.Equal(Agents.Order(), agents.Select(a => a.Text("id")).Order());
        Assert.All(agents, a => Assert.Equal(shown.Count(s => s.Text("agent") == a.Text("id")), a["sessions"]!.Number("total")));
        Assert.All(agents, a => Same(Cost(usage[("today", a.Text("id"))]["totals"]!), a.Number("cost_today_usd")));
        var tasks = (await admin.CallAsync("tasks.list", """{"limit":200}""")).List("tasks").Where(t => t.Text("runtime") == "subagent").ToList();
        var subagents = (await exporter.JsonAsync("/api/monitoring/subagents")).List("items");
        Assert.Equal(
            tasks.Select(t => (t.Text("id"), t.Text("status"))).Order(), subagents.Select(s => (s.Text("task_id"), s.Text("status"))).Order());
        Assert.Single(subagents);
    }

    public async Task JobsAgreeAsync()
    {
        var jobs = (await admin.CallAsync("cron.list", """{"includeDisabled":true}""")).List("jobs");
        var shown = await CronsAsync();
        Assert.Equal(jobs.Select(j => j.Text("id")).Order(), shown.Select(c => c.Text("id")).Order());
        Assert.Equal("job-fails", shown[0].Text("name"));
        foreach (var job in jobs)
        {
            var (cron, state) = (shown.Single(c => c.Text("id") == job.Text("id")), job["state"]!);
            Assert.Equal(
                (job.Text(job["displayName"] is null ? "name" : "displayName"), job["enabled"]!.GetValue<bool>()),
                (cron.Text("name"), cron["enabled"]!.GetValue<bool>()));
            Assert.True(cron.Text("schedule_text") == "every hour" || !job.Text("name").StartsWith("job-", StringComparison.Ordinal), $"{cron}");
            Assert.Equal(Moment(state.Number("nextRunAtMs")), cron["next_run_at"]?.GetValue<DateTimeOffset>());
            Assert.Equal(Moment(state.Number("lastRunAtMs")), cron["last_run_at"]?.GetValue<DateTimeOffset>());
            Assert.Equal(state.Text("lastRunStatus"), cron.Text("last_status"));
            Same(state.Number("lastDurationMs") / 1000, cron.Number("last_duration_seconds"));
            Assert.Equal(state.Number("consecutiveErrors") ?? 0, cron.Number("consecutive_errors") ?? 0);
            var runs = (await admin.CallAsync("cron.runs", $$"""{"scope":"job","id":"{{job.Text("id")}}"}""")).List("entries");
            var told = (await exporter.JsonAsync($"/api/monitoring/crons/{job.Text("id")}/runs")).List("items");
            Assert.Equal(
                runs.Select(r => (
                    Moment(r.Number("runAtMs")), r.Text("status"), r.Number("durationMs") / 1000, r["usage"]?.Number("total_tokens"))),
                told.Select(r => (
                    r["at"]?.GetValue<DateTimeOffset>(), r.Text("status"), r.Number("duration_seconds"), r["tokens"]?.Number("total"))));
        }
    }

    /// <summary>Names of the late jobs that the test made; the gateway has one of its own.</summary>
    public async Task<IReadOnlyList<string>> LateAsync() =>
    [
        .. (await CronsAsync()).Where(c => c["overdue"]?.GetValue<bool>() == true).Select(c => c.Text("name"))
            .Where(n => n.StartsWith("job-", StringComparison.Ordinal)).Order(),
    ];

    private async Task<IReadOnlyList<JsonNode>> CronsAsync() => (await exporter.JsonAsync("/api/monitoring/crons")).List("items");

    private async Task<JsonNode> ItemAsync(string route) => (await exporter.JsonAsync($"/api/monitoring/{route}")).List("items").Single();

    private static double Cost(JsonNode totals) => totals.Number("totalCost") ?? 0;

    private static void Same(double? expected, double? shown) =>
        Assert.True(expected is null == shown is null && Math.Abs((expected ?? 0) - (shown ?? 0)) < 1e-6, $"{expected} is shown as {shown}");

    private static DateTimeOffset? Moment(double? ms) => ms is { } known ? DateTimeOffset.FromUnixTimeMilliseconds((long)known) : null;
}
