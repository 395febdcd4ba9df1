using FleetExporter.Config;

namespace FleetExporter.Tests.Config;

public sealed class BudgetsTests
{
    private const string Gateways = "gateways: [{ name: claw, url: 'ws://a' }, { name: old, url: 'ws://b' }]\n";

    [Fact]
    public void Budgets_are_bound()
    {
        var config = Yml.Load($$"""
            budgets:
            - { gateway: claw, period: day, usd: 10 }
            - { gateway: claw, agent: main, period: day, usd: 2.5 }
            - { gateway: old, cron: nightly, period: month, usd: 1e2 }
            {{Gateways}}
            """);

        Assert.Equal(
            [
                new Budget(new BudgetKey("claw", null, null, BudgetPeriod.Day), 10),
                new Budget(new BudgetKey("claw", "main", null, BudgetPeriod.Day), 2.5),
                new Budget(new BudgetKey("old", null, "nightly", BudgetPeriod.Month), 100),
            ],
            config.Budgets);
        Assert.Equal(["claw day", "claw agent main day", "old cron nightly month"], config.Budgets.Select(b => b.Key.ToString()));
        Assert.Empty(Yml.Load(Gateways).Budgets);
    }

    [Theory]
    [InlineData("budgets: 5", "2:10: budgets: expected a list of budgets, found '5'")]
    [InlineData(
        "budgets: [{ gateway: none, period: day, usd: 1 }]", "2:22: budgets[0].gateway: none is not a gateway; give claw or old")]
    [InlineData("budgets: [{ period: day, usd: 1 }]", "2:11: budgets[0]: missing key 'gateway'; give")]
    [InlineData("budgets: [{ gateway: claw, usd: 1 }]", "2:11: budgets[0]: missing key 'period'; give day, month")]
    [InlineData("budgets: [{ gateway: claw, period: day }]", "2:11: budgets[0]: missing key 'usd'; give above 0")]
    [InlineData(
        "budgets: [{ gateway: claw, period: week, usd: 1 }]", "2:36: budgets[0].period: week is not an allowed value; give day or month")]
    [InlineData("budgets: [{ gateway: claw, period: day, usd: 0 }]", "2:46: budgets[0].usd: 0 is out of range; give a number above 0")]
    [InlineData("budgets: [{ gateway: claw, period: day, usd: ten }]", "2:46: budgets[0].usd: ten is not a number; give a number above 0")]
    [InlineData(
        "budgets: [{ gateway: claw, agent: a, cron: c, period: day, usd: 1 }]",
        "2:44: budgets[0].cron: a budget is for an agent or for a cron job; give one of the two")]
    [InlineData(
        "budgets: [{ gateway: claw, agent: \"a\\nb\", period: day, usd: 1 }]", "2:35: budgets[0].agent: 'a\\nb' is not a valid id; give 1 to 200")]
    [InlineData(
        "budgets: [{ gateway: claw, period: day, usd: 1 }, { gateway: old, period: day, usd: 1 }, { gateway: claw, period: day, usd: 2 }]",
        "2:90: budgets[2]: is a duplicate of the budget on line 2; give it once")]
    [InlineData("budgets: [{ gatway: claw, period: day, usd: 1 }]", "unknown key 'gatway'; did you mean 'gateway'?")]
    public void Errors_of_budgets_have_a_place(string budgets, string message)
    {
        Assert.Contains(Yml.Errors(Gateways + budgets), error => error.Contains(message, StringComparison.Ordinal));
    }

    [Fact]
    public void Without_gateways_there_is_none_to_name() => Assert.Contains(
        "budgets[0].gateway: claw is not a gateway; no gateway is configured",
        Assert.Single(Yml.Errors("budgets: [{ gateway: claw, period: day, usd: 1 }]")), StringComparison.Ordinal);
}
