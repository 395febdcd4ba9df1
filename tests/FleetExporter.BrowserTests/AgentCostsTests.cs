using System.Globalization;
using System.Text.Json.Nodes;
using FleetExporter.BrowserTests.Browsing;

namespace FleetExporter.BrowserTests;

/// <summary>Costs, budgets and tokens in the view of agents.</summary>
public sealed class AgentCostsTests(Chromium chromium, SimulatedGateways fleet) : GatewayViewTest(chromium, fleet)
{
    private static readonly string[] Windows = ["today", "7d", "30d", "all"];

    [Theory]
    [InlineData(1400)]
    [InlineData(360)]
    public async Task Costs_are_those_of_the_API_and_cron_jobs_and_the_rest_are_the_total(int width)
    {
        var costs = await Fleet.AskAsync("costs");
        var told = costs.List("items").Single();
        var visit = await OpenAsync("agents", width, ("costs", costs));
        foreach (var window in Windows)
        {
            await visit.Visible($"choice-{window}").ClickAsync();
            var total = told["usd"]![window]!.GetValue<decimal>();
            foreach (var (tile, amount) in Windows.Select(w => (w, told["usd"]![w]!)).Append(("month", told["projected_month_usd"]!)))
            {
                await Expect(visit.Find($"cost-{tile}")).ToHaveAttributeAsync("title", Usd(amount.GetValue<decimal>()));
            }

            Assert.Equal(Rows(told, "by_model", "model", window), await AmountsAsync(visit, "costs-by-model"));
            Assert.Equal(Rows(told, "by_agent", "agent", window), await AmountsAsync(visit, "costs-by-agent"));
            var crons = await AmountsAsync(visit, "costs-by-cron");
            Assert.Equal(told["other_usd"]![window]!.GetValue<decimal>(), crons["Other, without cron jobs"]);
            Assert.Equal(total, crons["Total"]);
            Assert.Equal(total, crons.Where(c => c.Key != "Total").Sum(c => c.Value));
            Assert.Equal(told.List("by_cron").Count, crons.Count - 2);
        }

        Assert.Contains("window=all", visit.Page.Url, StringComparison.Ordinal);
        Assert.Equal(
            told.List("by_day").Select(d => $"{d.Text("date")}: {Usd(d["usd"]!.GetValue<decimal>())}"),
            await visit.Page.EvaluateAsync<string[]>("() => [...document.querySelectorAll('.day-bars i')].map(i => i.title)"));
        await visit.AssertNoHorizontalOverflowAsync();
    }

    [Fact]
    public async Task A_sum_over_gateways_is_unknown_if_one_is_and_says_which()
    {
        var costs = await Fleet.AskAsync("costs");
        var silent = costs.List("items").Single().DeepClone().AsObject();
        foreach (var name in silent.Select(f => f.Key).Except(["gateway", "host", "daily"]).ToList())
        {
            silent[name] = null;
        }

        (silent["gateway"], silent["reason"]) = ("other", "refused");
        costs["items"]!.AsArray().Add(silent);
        var visit = await OpenAsync("agents", 1400, ("costs", costs));

        await Expect(visit.Find("costs-missing")).ToHaveTextAsync("other: unknown, refused");
        await Expect(visit.Find("cost-today").Locator("b")).ToHaveTextAsync("–");
        await Expect(visit.Find("costs-by-model").Locator("tr").Last).ToHaveTextAsync("Total–");
        await Expect(visit.Find("costs")).ToContainTextAsync("Unknown of other.");
    }

    [Fact]
    public async Task Budgets_are_a_line_in_the_trend_beside_the_projection_and_in_the_rows()
    {
        JsonNode Budget(string? agent, string? cron, string period, double usd, double? spent) => new JsonObject
        {
            ["gateway"] = SimulatedGateways.Gateway,
            ["agent"] = agent,
            ["cron"] = cron,
            ["period"] = period,
            ["usd"] = usd,
            ["spent_usd"] = spent,
            ["reason"] = spent is null ? "refreshing" : null,
            ["source"] = "file",
        };
        var visit = await OpenAsync("agents", 1400, ("budgets", new JsonObject
        {
            ["items"] = new JsonArray(
                Budget(null, null, "day", 0.5, 0.45), Budget(null, null, "month", 10, null), Budget("main", null, "day", 1, 1.5),
                Budget(null, "c0a1", "month", 2, 0.5)),
        }));

        await Expect(visit.Find("costs-day-budget")).ToBeVisibleAsync();
        await Expect(visit.Find("costs")).ToContainTextAsync("budget $0.5000 a day (dashed)");
        await Expect(visit.Find("cost-month")).ToContainTextAsync("budget $10.00");
        await Expect(visit.Find("costs-budgets").Locator("li").First).ToHaveTextAsync("Budget of openclaw: $0.4500 of $0.5000 a day");
        await Expect(visit.Find("costs-budgets").Locator("li").First).ToHaveClassAsync("warn");
        await Expect(visit.Find("costs-budgets").Locator("li").Last).ToContainTextAsync("– of $10.00 a month (the gateway is still adding up)");
        await Expect(visit.Find("costs-by-agent").Locator("td.bad")).ToHaveTextAsync("$1.50 of $1.00 a day");
        await Expect(visit.Find("costs-by-cron").Locator("td.ok")).ToHaveTextAsync("$0.5000 of $2.00 a month");
    }

    [Fact]
    public async Task Tokens_are_those_of_the_API_in_each_window()
    {
        var tokens = await Fleet.AskAsync("tokens");
        var visit = await OpenAsync("agents?window=7d", 1400, ("tokens", tokens));
        foreach (var (list, testId) in new[] { ("models", "tokens-by-model"), ("subagents", "tokens-of-subagents") })
        {
            foreach (var model in tokens.List("items").Single().List(list))
            {
                var cells = visit.Find($"{testId}-row").Filter(new() { HasText = model.Text("model") }).Locator("td.number");
                var told = model["windows"]!["7d"]!;
                string[] expected =
                [
                    .. ((string[])["calls", "input", "output", "cache_read", "cache_write", "total"]).Select(n =>
                        told[n]!.GetValue<long>().ToString("N0", CultureInfo.InvariantCulture)),
                    Usd(told["usd"]!.GetValue<decimal>()),
                ];
                Assert.Equal(expected, await TitlesAsync(cells));
            }
        }
    }

    /// <summary>As the page writes an exact amount.</summary>
    private static string Usd(decimal amount) => "$" + amount.ToString("0.######", CultureInfo.InvariantCulture);

    private static Dictionary<string, decimal> Rows(JsonNode told, string list, string name, string window) =>
        told.List(list).Select(r => (Name: r.Text(name), Usd: r["usd"]![window]!.GetValue<decimal>())).Where(r => r.Usd != 0)
            .Append((Name: "Total", Usd: told["usd"]![window]!.GetValue<decimal>())).ToDictionary(r => r.Name, r => r.Usd);

    /// <summary>The rows of a table of costs, with exact amounts.</summary>
    private static async Task<Dictionary<string, decimal>> AmountsAsync(Visit visit, string table)
    {
        var rows = await visit.Page.EvaluateAsync<string[]>(
            "id => [...document.querySelectorAll(`[data-testid=${id}-row]`)].map(r => `${r.cells[0].textContent}\\n${r.cells[1].title}`)", table);
        return rows.Select(r => r.Split('\n')).ToDictionary(r => r[0], r => decimal.Parse(r[1].TrimStart('$'), CultureInfo.InvariantCulture));
    }
}
