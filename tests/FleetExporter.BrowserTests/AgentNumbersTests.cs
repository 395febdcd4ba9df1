using System.Globalization;
using System.Text.Json.Nodes;
using FleetExporter.BrowserTests.Browsing;

namespace FleetExporter.BrowserTests;

/// <summary>Every number in the view of agents is what a real gateway says.</summary>
public sealed class AgentNumbersTests(Chromium chromium, OpenClawFixture fixture) : PageTest(chromium), IClassFixture<OpenClawFixture>
{
    private static readonly string[] Agents = ["main", "research"];

    private static readonly (string Column, string Member)[] Tokens =
        [("Input", "input"), ("Output", "output"), ("Cache read", "cacheRead"), ("Cache write", "cacheWrite"), ("Total", "totalTokens")];

    [Fact]
    public async Task Costs_tokens_sessions_cron_jobs_and_sub_agents_are_those_of_the_gateway()
    {
        await using var admin = await fixture.Gateway.AdminAsync();
        await admin.CallAsync("agents.create", """{"name":"research","workspace":"~/research"}""");
        await AgentWork.DoAsync(admin);
        await admin.TurnAsync("hello", agent: "research");
        var usage = await UsageAsync(admin, TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds());
        using var folder = new TestFolder();
        folder.Write("token", OpenClawGateway.Token + "\n");
        await using var exporter = await Exporter.StartAsync(folder, $$"""
            poll_interval: 1s
            hosts: []
            gateways:
              - { name: claw, host: box, url: "{{fixture.Gateway.Url}}", token_file: token, timeout: 10s }
            """);
        await exporter.UntilAsync(
            "usage of the gateway", p => p.Of("fleet_openclaw_cost_projected_month_usd").Any()
                && p.Of("fleet_openclaw_tokens").Any(t => t["agent"] == "research"));
        var visit = await VisitAsync(exporter, new("agents"));
        await Expect(visit.Find("agent")).ToHaveCountAsync(2);

        foreach (var (window, ofAgents) in usage)
        {
            await visit.Find($"choice-{window}").ClickAsync();
            await CostsAgreeAsync(visit, window, ofAgents);
            await TokensAgreeAsync(visit, ofAgents);
        }

        await SessionsAgreeAsync(admin, visit, usage["all"]);
        await CronsAgreeAsync(admin, visit, usage["all"]);
        var tasks = (await admin.CallAsync("tasks.list")).List("tasks").Where(t => t.Text("runtime") == "subagent").ToList();
        Assert.NotEmpty(tasks);
        await Expect(visit.Find("subagent")).ToHaveCountAsync(tasks.Count);
        Assert.Equal(
            tasks.Select(t => t.Text("status") == "succeeded" ? "completed" : t.Text("status")).Order(),
            (await visit.Find("subagent-status").AllTextContentsAsync()).Order());
        await Expect(visit.Find("gateway-facts")).ToContainTextAsync($"{(await admin.CallAsync("status")).Text("runtimeVersion")} · protocol 4");
        await CloseAsync();
    }

    /// <summary>What sessions.usage says of each agent, by window.</summary>
    private static async Task<Dictionary<string, List<JsonNode>>> UsageAsync(OpenClawAdmin admin, long done)
    {
        var today = DateTimeOffset.FromUnixTimeMilliseconds((long)(await admin.CallAsync("health"))["ts"]!.GetValue<double>()).UtcDateTime
            .ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        var windows = new Dictionary<string, string>
        {
            ["today"] = $"\"startDate\":\"{today}\",\"endDate\":\"{today}\"",
            ["7d"] = "\"range\":\"7d\"",
            ["30d"] = "\"range\":\"30d\"",
            ["all"] = "\"range\":\"all\"",
        };
        var usage = new Dictionary<string, List<JsonNode>>();
        foreach (var (window, range) in windows)
        {
            usage[window] = [];
            foreach (var agent in Agents)
            {
                usage[window].Add(await AgentWork.SettledAsync(
                    admin, "sessions.usage", $$"""{"agentId":"{{agent}}","limit":1000,{{range}}}""", done));
            }
        }

        await AgentWork.SettledAsync(admin, "usage.cost", $$"""{"agentScope":"all","startDate":"{{today[..8]}}01","endDate":"{{today}}"}""", done);
        return usage;
    }

    private static async Task CostsAgreeAsync(Visit visit, string window, List<JsonNode> usage)
    {
        var total = usage.Sum(u => Cost(u["totals"]!));
        Assert.True(total > 0);
        await Expect(visit.Find($"cost-{window}")).ToHaveAttributeAsync("title", Usd(total));
        var agents = Agents.Zip(usage, (agent, u) => (agent, Cost(u["totals"]!)));
        Assert.Equal(Texts([.. agents, ("Total", total)]), await RowsAsync(visit, "costs-by-agent"));
        var models = usage.SelectMany(u => u["aggregates"]!.List("byModel"))
            .GroupBy(m => m.Text("model"), (model, rows) => (model, rows.Sum(r => Cost(r["totals"]!)))).ToList();
        Assert.Equal(Texts([.. models, ("Total", total)]), await RowsAsync(visit, "costs-by-model"));
        var crons = usage.SelectMany(u => u.List("sessions")).Where(s => s.Text("key").Contains(":cron:", StringComparison.Ordinal))
            .GroupBy(s => s.Text("key").Split(':')[3], (id, rows) => (id, Cost: rows.Sum(r => Cost(r["usage"]!)))).ToList();
        var rows = await RowsAsync(visit, "costs-by-cron");
        Assert.Equal(Usd(total), rows["Total"]);
        Assert.Equal(Usd(total - crons.Sum(c => c.Cost)), rows["Other, without cron jobs"]);
        Assert.Equal(Usd(crons.Sum(c => c.Cost)), rows["job-works"]);
        // A job that failed has cost nothing.
        Assert.DoesNotContain("job-fails", rows.Keys);
    }

    private static async Task TokensAgreeAsync(Visit visit, List<JsonNode> usage)
    {
        foreach (var model in usage.SelectMany(u => u["aggregates"]!.List("byModel")).GroupBy(m => m.Text("model"))
            .Where(m => m.Sum(r => r["totals"]!.Number("totalTokens")) > 0))
        {
            var row = visit.Find("tokens-by-model-row").Filter(new() { HasText = model.Key });
            foreach (var (column, member) in Tokens)
            {
                await Expect(row.Locator($"td[data-name='{column}']")).ToHaveAttributeAsync(
                    "title", Count(model.Sum(r => r["totals"]!.Number(member))));
            }

            await Expect(row.Locator("td[data-name='Calls']")).ToHaveAttributeAsync("title", Count(model.Sum(r => r.Number("count"))));
        }

        var subagents = usage.SelectMany(u => u.List("sessions")).Where(s => s.Text("key").Contains(":subagent:", StringComparison.Ordinal));
        await Expect(visit.Find("tokens-of-subagents-row").Locator("td[data-name='Total']")).ToHaveAttributeAsync(
            "title", Count(subagents.Sum(s => s["usage"]!.Number("totalTokens"))));
    }

    private static async Task SessionsAgreeAsync(OpenClawAdmin admin, Visit visit, List<JsonNode> usage)
    {
        var sessions = (await admin.CallAsync("sessions.list", """{"limit":200}""")).List("sessions")
            .Where(s => !s.Text("key").Contains(":run:", StringComparison.Ordinal)).ToList();
        Assert.True(sessions.Count >= 5, $"{sessions.Count} sessions");
        await Expect(visit.Find("agent-session")).ToHaveCountAsync(sessions.Count);
        var used = usage.SelectMany(u => u.List("sessions")).ToLookup(s => s.Text("key"), s => s["usage"]);
        foreach (var session in sessions)
        {
            var key = session.Text("key");
            var row = visit.Page.Locator($"[data-testid='agent-session'][data-key^='claw {key} ']");
            var tokens = used[key].FirstOrDefault();
            await Expect(row.Locator("td[data-name='Tokens']")).ToHaveAttributeAsync("title", Count(tokens?.Number("totalTokens")));
            await Expect(row.Locator("td[data-name='Cost']")).ToHaveAttributeAsync("title", tokens is null ? "unknown" : Usd(Cost(tokens)));
            if (session["totalTokensFresh"]?.GetValue<bool>() == true && session.Number("contextTokens") > 0)
            {
                await Expect(row.GetByTestId("agent-session-context")).ToHaveAttributeAsync(
                    "title", $"{Count(session.Number("totalTokens"))} of {Count(session.Number("contextTokens"))} tokens");
            }
        }

        // The sub-agent is below the session that spawned it.
        var subagent = sessions.Single(s => s.Text("key").Contains(":subagent:", StringComparison.Ordinal)).Text("key");
        Assert.EndsWith(" 1", await visit.Page.Locator($"[data-key^='claw {subagent} ']").GetAttributeAsync("data-key"), StringComparison.Ordinal);
    }

    private static async Task CronsAgreeAsync(OpenClawAdmin admin, Visit visit, List<JsonNode> usage)
    {
        var costs = usage.SelectMany(u => u.List("sessions")).ToLookup(s => s.Text("key").Split(':').ElementAtOrDefault(3), s => Cost(s["usage"]!));
        var jobs = (await admin.CallAsync("cron.list", """{"includeDisabled":true}""")).List("jobs");
        await Expect(visit.Find("cron")).ToHaveCountAsync(jobs.Count);
        Assert.Equal(2, jobs.Count(j => j.Text("name").StartsWith("job-", StringComparison.Ordinal)));
        foreach (var job in jobs)
        {
            var row = visit.Page.Locator($"[data-testid='cron'][data-key='claw {job.Text("id")}']");
            await Expect(row).ToBeVisibleAsync();
            if (!job.Text("name").StartsWith("job-", StringComparison.Ordinal))
            {
                continue; // the gateway's own
            }

            await Expect(row.GetByTestId("cron-unfold")).ToHaveTextAsync(job.Text("name"));
            var state = job["state"]!;
            var isOk = state.Text("lastRunStatus") == "ok";
            await Expect(row.GetByTestId("cron-state")).ToHaveTextAsync(isOk ? "ok" : "failing");
            await Expect(row.Locator("td[data-name='Errors']")).ToHaveTextAsync($"{state.Number("consecutiveErrors") ?? 0}");
            await Expect(row.Locator("td[data-name='Schedule']")).ToHaveTextAsync("every hour");
            await Expect(row.Locator("td[data-name='Cost']")).ToHaveAttributeAsync("title", Usd(costs[job.Text("id")].Sum()));
            await row.GetByTestId("cron-unfold").ClickAsync();
            var runs = (await admin.CallAsync("cron.runs", $$"""{"id":"{{job.Text("id")}}"}""")).List("entries");
            await Expect(visit.Find("cron-run")).ToHaveCountAsync(runs.Count);
            await Expect(visit.Find("cron-run-status").First).ToHaveTextAsync(isOk ? "ok" : "error");
            await row.GetByTestId("cron-unfold").ClickAsync();
        }
    }

    private static decimal Cost(JsonNode totals) => (decimal)totals["totalCost"]!.GetValue<double>();

    private static string Usd(decimal amount) => "$" + Math.Round(amount, 6).ToString("0.######", CultureInfo.InvariantCulture);

    private static string Count(double? value) => value?.ToString("N0", CultureInfo.InvariantCulture) ?? "unknown";

    /// <summary>Rows that cost something, as the page shows them.</summary>
    private static Dictionary<string, string> Texts(IEnumerable<(string Name, decimal Cost)> rows) =>
        rows.Where(r => r.Cost > 0).ToDictionary(r => r.Name, r => Usd(r.Cost));

    private static async Task<Dictionary<string, string>> RowsAsync(Visit visit, string table) => (await visit.Page.EvaluateAsync<string[]>(
        "id => [...document.querySelectorAll(`[data-testid=${id}-row]`)].map(r => `${r.cells[0].textContent}\\n${r.cells[1].title}`)", table))
        .Select(r => r.Split('\n')).ToDictionary(r => r[0], r => r[1]);
}
