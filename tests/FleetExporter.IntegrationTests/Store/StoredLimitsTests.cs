using FleetExporter.Config;
using FleetExporter.Store;

namespace FleetExporter.IntegrationTests.Store;

/// <summary>Stored thresholds and budgets, on every kind of store.</summary>
public sealed class StoredLimitsTests
{
    private static readonly BudgetKey Day = new("claw", null, null, BudgetPeriod.Day);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, EveryStore]
    public async Task Thresholds_and_budgets_are_added_replaced_and_removed(StoreKind kind)
    {
        await using var store = await StoreBackend.NewAsync(kind);
        Assert.Null(await store.Database.OpenAsync(Stop));
        var limits = new StoredLimits(store.Database);
        var agent = Day with { Agent = "zoë '; --" };
        var cron = Day with { Cron = "nightly", Period = BudgetPeriod.Month };
        foreach (var key in new[] { agent, cron, Day })
        {
            Value(await limits.SetAsync(new StoredBudget(new Budget(key, 0.1), "ann", default), null, Stop));
        }

        Value(await limits.SetAsync(new StoredThreshold("tmux_sessions", 1e300, "ann", default), null, Stop));
        Value(await limits.SetAsync(new StoredThreshold("cost_daily_usd", 0.1, "ann", default), null, Stop));
        store.Clock.Now += TimeSpan.FromMinutes(1);
        var bob = "bob \0";
        var set = Value(await limits.SetAsync(new StoredThreshold("tmux_sessions", 5, bob, default), null, Stop));
        Assert.Equal(store.Clock.Now.ToUnixTimeMilliseconds(), set.ChangedAt.ToUnixTimeMilliseconds());
        Value(await limits.SetAsync(new StoredBudget(new Budget(Day, 2), bob, default), null, Stop));

        var rows = Value(await limits.AllAsync(Stop));
        Assert.Equal(
            [("cost_daily_usd", 0.1, "ann"), ("tmux_sessions", 5, "bob \ufffd")], rows.Thresholds.Select(t => (t.Name, t.Value, t.ChangedBy)));
        Assert.Equal(
            [(Day, 2, "bob \ufffd"), (cron, 0.1, "ann"), (agent, 0.1, "ann")], rows.Budgets.Select(b => (b.Budget.Key, b.Budget.Usd, b.ChangedBy)));

        Assert.Equal(2, Value(await limits.RemoveAsync(Day, null, Stop)).Budget.Usd);
        Assert.Equal(5, Value(await limits.RemoveAsync("tmux_sessions", null, Stop)).Value);
        Assert.IsType<StoreError.NotFound>((await limits.RemoveAsync(Day, null, Stop)).Error);
        Assert.IsType<StoreError.NotFound>((await limits.RemoveAsync("tmux_sessions", null, Stop)).Error);
        rows = Value(await limits.AllAsync(Stop));
        Assert.Equal((1, 2), (rows.Thresholds.Count, rows.Budgets.Count));
    }

    [Theory, EveryStore]
    public async Task What_the_caller_did_not_expect_is_not_changed(StoreKind kind)
    {
        await using var store = await StoreBackend.NewAsync(kind);
        Assert.Null(await store.Database.OpenAsync(Stop));
        var limits = new StoredLimits(store.Database);
        Value(await limits.SetAsync(new StoredThreshold("tmux_sessions", 1, "ann", default), rows => rows.Count == 0, Stop));
        Value(await limits.SetAsync(new StoredBudget(new Budget(Day, 1), "ann", default), rows => rows.Count == 0, Stop));

        Assert.IsType<StoreError.Changed>((await limits.SetAsync(new StoredThreshold("a", 2, "ann", default), rows => rows.Count == 0, Stop)).Error);
        Assert.IsType<StoreError.Changed>((await limits.RemoveAsync("tmux_sessions", rows => rows.Count == 0, Stop)).Error);
        Assert.IsType<StoreError.Changed>(
            (await limits.SetAsync(new StoredBudget(new Budget(Day, 2), "ann", default), rows => rows.Count == 0, Stop)).Error);
        Assert.IsType<StoreError.Changed>((await limits.RemoveAsync(Day, rows => rows.Count == 0, Stop)).Error);
        var left = Value(await limits.AllAsync(Stop));
        Assert.Equal((1, 1), (Assert.Single(left.Thresholds).Value, Assert.Single(left.Budgets).Budget.Usd));
    }

    private static T Value<T>(StoreResult<T> result)
        where T : class
    {
        Assert.True(result.Success, $"{result.Error}");
        return result.Value;
    }
}
