using System.Text.Json;
using FleetExporter.Config;
using FleetExporter.Store;
using FleetExporter.Tests.Api.Resources;
using Microsoft.Extensions.DependencyInjection;

namespace FleetExporter.Tests.Api.Monitoring;

/// <summary>Budgets of gateways that replay their recordings.</summary>
public sealed class BudgetsTests
{
    private const string Path = "/api/monitoring/budgets";
    private const string Report = "b56a9e63-e6b4-49a6-a33a-a42ba3b73537";

    private const string File = $$"""
        budgets:
        - { gateway: old, period: day, usd: 3 }
        - { gateway: claw, period: day, usd: 10 }
        - { gateway: claw, period: month, usd: 100 }
        - { gateway: claw, agent: main, period: day, usd: 5 }
        - { gateway: claw, agent: gone, period: day, usd: 5 }
        - { gateway: claw, agent: main, period: month, usd: 50 }
        - { gateway: claw, cron: {{Report}}, period: day, usd: 0.5 }
        - { gateway: claw, cron: gone, period: day, usd: 0.5 }

        """;

    private static readonly (string Name, string Version)[] Both = [("claw", ""), ("old", "2026.5.28")];

    [Fact]
    public async Task Budgets_have_what_has_been_spent_of_them_or_why_that_is_unknown()
    {
        await using var server = await CostServer.StartAsync(Both, yml: File);

        var items = await server.ItemsAsync("budgets");

        Assert.Equal(
            [
                "claw day: 0.087975 of 10, null, null",
                "claw month: 0.087975 of 100, 0.127706, null",
                $"claw cron {Report} day: 0.004785 of 0.5, null, null",
                "claw cron gone day: null of 0.5, null, unknown_cron",
                "claw agent gone day: null of 5, null, unknown_agent",
                "claw agent main day: 0.087975 of 5, null, null",
                "claw agent main month: null of 50, null, not_reported",
                "old day: null of 3, null, refreshing",
            ],
            items.Select(Line));
        Assert.All(items, i => Assert.Equal(
            ("box", "file", "null", "null"), (i.Text("host"), i.Text("source"), i.Text("changed_by"), i.Text("changed_at"))));
        Assert.Equal("2026-11-21T16:00:00+00:00", items[0].Text("at"));
        Assert.Equal(8, items.Length);
        Assert.Single(await server.ItemsAsync("budgets?gateway=old"));
        Assert.Equal(404, (await server.FailAsync("budgets?gateway=nope")).Status);
        var page = await server.MetricsAsync();
        foreach (var (labels, usd) in new[]
        {
            ("""gateway="claw",agent="",cron="",period="day" """, "10"), ("""gateway="claw",agent="",cron="",period="month" """, "100"),
            ("""gateway="claw",agent="main",cron="",period="day" """, "5"), ($"""gateway="claw",agent="",cron="{Report}",period="day" """, "0.5"),
        })
        {
            Assert.Contains($"fleet_budget_usd{{host=\"box\",{labels.TrimEnd()}}} {usd}\n", page, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_stored_budget_replaces_that_of_the_file_until_it_is_deleted()
    {
        await using var server = await CostServer.StartAsync(Both, yml: File);
        var api = server.Api;
        var set = await api.DoAsync("PUT", Path, """{"gateway":"claw","period":"day","usd":20}""");
        Assert.Equal(
            ("claw day: 0.087975 of 20, null, null", "store", "admin"), (Line(set), set.Text("source"), set.Text("changed_by")));
        Assert.NotEqual("null", set.Text("changed_at"));
        await api.DoAsync("PUT", Path, """{"gateway":"old","agent":"a b","period":"month","usd":"7"}""");
        Assert.Contains("""gateway="claw",agent="",cron="",period="day"} 20""", await server.MetricsAsync(), StringComparison.Ordinal);

        await api.RestartAsync();
        var items = await server.ItemsAsync("budgets");
        Assert.Equal(9, items.Length);
        Assert.Equal(["claw day", "old agent a b month"], items.Where(i => i.Text("source") == "store").Select(i => Line(i).Split(':')[0]));
        Assert.Equal(["20", "7"], items.Where(i => i.Text("source") == "store").Select(i => i.Text("usd")));

        await api.DoAsync("DELETE", $"{Path}?gateway=claw&agent=&cron=&period=day");
        await api.DoAsync("DELETE", $"{Path}?gateway=old&agent=a%20b&period=month");
        Assert.Equal(404, (await api.CallAsync("DELETE", $"{Path}?gateway=claw&period=day")).Status);
        Assert.All(await server.ItemsAsync("budgets"), i => Assert.Equal("file", i.Text("source")));
        Assert.Contains("""gateway="claw",agent="",cron="",period="day"} 10""", await server.MetricsAsync(), StringComparison.Ordinal);
        Assert.Equal(
            [
                "budget_delete claw day failed", "budget_delete old agent a b month ok", "budget_delete claw day ok",
                "budget_change old agent a b month 7 ok", "budget_change claw day 20 ok",
            ],
            (await api.JsonAsync("/api/audit")).GetProperty("items").EnumerateArray().Where(i => i.Text("action") != "reload")
                .Select(i => $"{i.Text("action")} {i.Text("target")} {i.Text("outcome")}"));
    }

    [Fact]
    public async Task Fields_are_checked_as_in_the_file()
    {
        await using var server = await ApiServer.StartAsync(ApiServer.TwoHosts + "gateways: [{ name: claw, url: 'ws://127.0.0.1:1' }]\n");
        foreach (var (fields, body) in new[]
        {
            ("gateway period usd", "{}"),
            ("gateway", """{"gateway":"a","period":"day","usd":1}"""),
            ("period", """{"gateway":"claw","period":"week","usd":1}"""),
            ("usd", """{"gateway":"claw","period":"day","usd":0}"""),
            ("cron", """{"gateway":"claw","agent":"a","cron":"c","period":"day","usd":1}"""),
            ("agent", """{"gateway":"claw","agent":"","period":"day","usd":1}"""),
            ("spent_usd", """{"gateway":"claw","period":"day","usd":1,"spent_usd":2}"""),
        })
        {
            Assert.Equal((422, fields), await server.RefusedAsync("PUT", Path, body));
        }

        Assert.Equal((400, "period"), await server.RefusedAsync("DELETE", $"{Path}?gateway=claw&period=week"));
        Assert.Equal((400, "gateway"), await server.RefusedAsync("DELETE", $"{Path}?period=day"));
        Assert.DoesNotContain("fleet_budget_usd{", await server.TextAsync("/metrics"), StringComparison.Ordinal);
        var set = await server.DoAsync("PUT", Path, """{"gateway":"claw","agent":null,"cron":null,"period":"day","usd":1}""");
        Assert.Equal(("null", "waiting"), (set.Text("spent_usd"), set.Text("reason")));
    }

    [Fact]
    public async Task A_budget_of_a_gateway_that_is_gone_is_listed_and_has_no_metric()
    {
        await using var server = await ApiServer.StartAsync();
        var others = server.Services.GetRequiredService<StoredLimits>();
        var budget = new StoredBudget(new Budget(new BudgetKey("theirs", null, null, BudgetPeriod.Day), 1), "bob", default);
        Assert.True((await others.SetAsync(budget, null, TestContext.Current.CancellationToken)).Success);
        await DgxCalls.UntilAsync(async () =>
        {
            server.Clock.Advance(TimeSpan.FromSeconds(1));
            return (await server.JsonAsync(Path)).GetProperty("items").GetArrayLength() == 1;
        });

        var item = (await server.JsonAsync($"{Path}?gateway=theirs")).GetProperty("items")[0];
        Assert.Equal(("null", "unknown_gateway", "bob"), (item.Text("host"), item.Text("reason"), item.Text("changed_by")));
        Assert.DoesNotContain("fleet_budget_usd{", await server.TextAsync("/metrics"), StringComparison.Ordinal);
        await server.DoAsync("DELETE", $"{Path}?gateway=theirs&period=day");
        Assert.Equal(0, (await server.JsonAsync(Path)).GetProperty("items").GetArrayLength());
    }

    private static string Line(JsonElement i) =>
        $"{i.Text("gateway")}{Part(i, "agent")}{Part(i, "cron")} {i.Text("period")}: "
        + $"{i.Text("spent_usd")} of {i.Text("usd")}, {i.Text("projected_usd")}, {i.Text("reason")}";

    private static string Part(JsonElement item, string name) => item.Text(name) == "null" ? "" : $" {name} {item.Text(name)}";
}
