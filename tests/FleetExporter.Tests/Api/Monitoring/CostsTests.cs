using System.Text.Json;
using FleetExporter.Tests.Api.Resources;

namespace FleetExporter.Tests.Api.Monitoring;

/// <summary>Costs and tokens of gateways: the values of the recordings.</summary>
public sealed class CostsTests
{
    private const string Report = "b56a9e63-e6b4-49a6-a33a-a42ba3b73537";
    private const string Broken = "ab13ce1e-550c-4041-aa3e-8d06e749d206";

    private static readonly (string Name, string Version)[] Both = [("claw", ""), ("old", "2026.5.28")];

    [Fact]
    public async Task Costs_are_those_of_the_recording()
    {
        await using var server = await CostServer.StartAsync(Both);

        var costs = (await server.ItemsAsync("costs"))[0];

        Assert.Equal(
            ("claw", "box", "2026-11-21T16:00:00+00:00", "null", "2026-11-21", "true", "null"),
            (costs.Text("gateway"), costs.Text("host"), costs.Text("at"), costs.Text("reason"), costs.Text("day"), costs.Text("settled"),
                costs.Text("usd_reason")));
        Assert.Equal("""{"today":0.087975,"7d":0.087975,"30d":0.087975,"all":0.087975}""", costs.GetProperty("usd").GetRawText());
        Assert.Equal("""{"today":0.083190,"7d":0.083190,"30d":0.083190,"all":0.083190}""", costs.GetProperty("other_usd").GetRawText());
        Assert.Equal([("fake-chat", 0.087975m), ("fake-broken", 0m)], Rows(costs, "by_model", "model"));
        Assert.Equal([("main", 0.087975m)], Rows(costs, "by_agent", "agent"));
        Assert.Equal([(Report, 0.004785m), (Broken, 0m)], Rows(costs, "by_cron", "id"));
        Assert.Equal(["nightly-report", "broken-model-job"], costs.GetProperty("by_cron").EnumerateArray().Select(c => c.Text("name")));
        Assert.Equal("null", costs.Text("by_cron_reason"));

        var days = costs.GetProperty("by_day").EnumerateArray().ToList();
        Assert.Equal((30, "2026-10-23", "2026-11-21"), (days.Count, days[0].Text("date"), days[^1].Text("date")));
        Assert.Equal(("0.087975", "26925"), (days[^1].Text("usd"), days[^1].Text("tokens")));
        Assert.All(days.SkipLast(1), d => Assert.Equal(("0", "0"), (d.Text("usd"), d.Text("tokens"))));
        Assert.Equal(0.127706m, Math.Round(costs.GetProperty("projected_month_usd").GetDecimal(), 6));
        Assert.Equal("null", costs.GetProperty("daily").Text("reason"));
    }

    [Fact]
    public async Task What_a_gateway_has_not_added_up_is_null()
    {
        await using var server = await CostServer.StartAsync(Both);

        var costs = Assert.Single(await server.ItemsAsync("costs?gateway=old"));
        var tokens = Assert.Single(await server.ItemsAsync("tokens?gateway=old"));

        Assert.Equal(("false", "refreshing", "refreshing"), (costs.Text("settled"), costs.Text("usd_reason"), costs.Text("by_cron_reason")));
        Assert.Equal("""{"today":null,"7d":null,"30d":null,"all":null}""", costs.GetProperty("usd").GetRawText());
        Assert.Equal(("null", "[]"), (costs.Text("by_cron"), costs.Text("by_model")));
        var days = costs.GetProperty("by_day").EnumerateArray().ToList();
        Assert.Equal(("0.004635", "1385"), (days[^1].Text("usd"), days[^1].Text("tokens")));
        Assert.All(days.SkipLast(1), d => Assert.Equal(("null", "null"), (d.Text("usd"), d.Text("tokens"))));
        Assert.Equal(("null", "refreshing", "refreshing"), (tokens.Text("models"), tokens.Text("models_reason"), tokens.Text("subagents_reason")));
    }

    [Fact]
    public async Task Tokens_are_those_of_the_recording()
    {
        await using var server = await CostServer.StartAsync(Both);

        var tokens = (await server.ItemsAsync("tokens"))[0];

        var chat = tokens.GetProperty("models").EnumerateArray().First();
        Assert.Equal("fake-chat", chat.Text("model"));
        Assert.Equal(
            """{"calls":15,"input":22650,"output":1275,"cache_read":3000,"cache_write":0,"total":26925,"usd":0.087975}""",
            chat.GetProperty("windows").GetProperty("7d").GetRawText());
        var subagent = Assert.Single(tokens.GetProperty("subagents").EnumerateArray());
        Assert.Equal(
            """{"calls":1,"input":1150,"output":85,"cache_read":200,"cache_write":0,"total":1435,"usd":0.004785}""",
            subagent.GetProperty("windows").GetProperty("all").GetRawText());
        Assert.Equal(("null", "null"), (tokens.Text("models_reason"), tokens.Text("subagents_reason")));
    }

    [Fact]
    public async Task Costs_of_cron_jobs_are_metrics()
    {
        await using var server = await CostServer.StartAsync(Both);

        var page = await server.MetricsAsync();

        Assert.Contains(
            $$"""fleet_openclaw_cron_cost_usd{host="box",gateway="claw",cron="{{Report}}",window="7d"} 0.004785""", page, StringComparison.Ordinal);
        Assert.DoesNotContain("""fleet_openclaw_cron_cost_usd{host="box",gateway="old" """.TrimEnd(), page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_deleted_job_has_no_name_and_too_many_sessions_have_a_reason()
    {
        var many = string.Join(',', Enumerable.Range(0, 1000).Select(i => $$$"""{"key":"agent:main:chat{{{i}}}","usage":{"totalCost":0.001}}"""));
        await using var server = await CostServer.StartAsync([("claw", "")], new Dictionary<string, string>
        {
            ["sessions.usage"] = $$$"""{"sessions":[{{{many}}}],"totals":{"input":1,"output":1,"totalCost":2},"aggregates":{"byModel":[]}}""",
        });

        var costs = Assert.Single(await server.ItemsAsync("costs"));
        Assert.Equal(("null", "too_many_sessions", "null"), (costs.Text("by_cron"), costs.Text("by_cron_reason"), costs.Text("usd_reason")));
        Assert.Equal("2", costs.GetProperty("usd").Text("today"));
        Assert.Equal("too_many_sessions", Assert.Single(await server.ItemsAsync("tokens")).Text("subagents_reason"));
        Assert.DoesNotContain("cron_cost_usd{", await server.MetricsAsync(), StringComparison.Ordinal);

        await using var other = await CostServer.StartAsync([("claw", "")], new Dictionary<string, string>
        {
            ["sessions.usage"] = """
                {"sessions":[{"key":"agent:main:cron:gone\u0000<b>","usage":{"input":1,"totalCost":0.5}}],
                "totals":{"input":1,"output":1,"totalCost":2},"aggregates":{"byModel":[]}}
                """,
        });
        var cron = Assert.Single(Assert.Single(await other.ItemsAsync("costs")).GetProperty("by_cron").EnumerateArray());
        Assert.Equal(("gone <b>", "null"), (cron.Text("id"), cron.Text("name")));
    }

    [Fact]
    public async Task Without_an_answer_there_is_a_reason()
    {
        await using var server = await CostServer.StartAsync([("claw", "")], new Dictionary<string, string> { ["sessions.usage"] = "[]" });

        foreach (var item in new[] { Assert.Single(await server.ItemsAsync("costs")), Assert.Single(await server.ItemsAsync("tokens")) })
        {
            Assert.Equal(("unknown_shape", "null", "null"), (item.Text("reason"), item.Text("at"), item.Text("day")));
        }

        Assert.Equal("null", Assert.Single(await server.ItemsAsync("costs")).Text("usd"));
        Assert.Equal(404, (await server.FailAsync("costs?gateway=nope")).Status);
        Assert.Equal(404, (await server.FailAsync("tokens?gateway=nope")).Status);
    }

    private static IEnumerable<(string, decimal)> Rows(JsonElement costs, string list, string name) =>
        costs.GetProperty(list).EnumerateArray().Select(r => (r.Text(name), r.GetProperty("usd").GetProperty("7d").GetDecimal()));
}
