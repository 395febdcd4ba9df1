using FleetExporter.Config;

namespace FleetExporter.Store;

/// <summary>The tables of thresholds and budgets that the API set.</summary>
internal sealed class StoredLimits(Database database)
{
    /// <summary>Maximum number of stored budgets.</summary>
    public const int MaxBudgets = 1000;

    private const string ThresholdColumns = "name, value, changed_by, changed_at";
    private const string BudgetColumns = "gateway, agent, cron, period, usd, changed_by, changed_at";
    private const string OneBudget = "gateway = @Gateway AND agent = @Agent AND cron = @Cron AND period = @Period";

    public Task<StoreResult<LimitRows>> AllAsync(CancellationToken stop) => database.ReadAsync<LimitRows>(
        async work => new LimitRows(await ThresholdsAsync(work).ConfigureAwait(false), await BudgetsAsync(work).ConfigureAwait(false)), stop);

    /// <summary>Adds or replaces a threshold; the store assigns the time.</summary>
    /// <param name="isExpected">Whether the stored thresholds are those that the caller has read; null for any.</param>
    public Task<StoreResult<StoredThreshold>> SetAsync(
        StoredThreshold threshold, Func<ValueList<StoredThreshold>, bool>? isExpected, CancellationToken stop) =>
        database.WriteAsync<StoredThreshold>(
            async work =>
            {
                var rows = await ThresholdsAsync(work).ConfigureAwait(false);
                if (isExpected?.Invoke(rows) == false)
                {
                    return new StoreError.Changed();
                }

                var added = threshold with { ChangedAt = Now };
                await work.RunAsync(
                    $"""
                    INSERT INTO thresholds ({ThresholdColumns}) VALUES (@Name, @Value, @ChangedBy, @ChangedAt)
                    ON CONFLICT (name) DO UPDATE SET
                        value = excluded.value, changed_by = excluded.changed_by, changed_at = excluded.changed_at
                    """,
                    StoredThresholdRow.Of(added)).ConfigureAwait(false);
                return added;
            },
            stop);

    /// <inheritdoc cref="SetAsync(StoredThreshold, Func{ValueList{StoredThreshold}, bool}?, CancellationToken)"/>
    /// <returns>The removed threshold.</returns>
    public Task<StoreResult<StoredThreshold>> RemoveAsync(
        string name, Func<ValueList<StoredThreshold>, bool>? isExpected, CancellationToken stop) => database.WriteAsync<StoredThreshold>(
        async work =>
        {
            var rows = await ThresholdsAsync(work).ConfigureAwait(false);
            if (rows.FirstOrDefault(t => t.Name == name) is not { } row)
            {
                return new StoreError.NotFound("stored threshold");
            }

            if (isExpected?.Invoke(rows) == false)
            {
                return new StoreError.Changed();
            }

            await work.RunAsync("DELETE FROM thresholds WHERE name = @name", new { name }).ConfigureAwait(false);
            return row;
        },
        stop);

    /// <summary>Adds or replaces a budget; the store assigns the time.</summary>
    /// <param name="isExpected">Whether the stored budgets are those that the caller has read; null for any.</param>
    public Task<StoreResult<StoredBudget>> SetAsync(
        StoredBudget budget, Func<ValueList<StoredBudget>, bool>? isExpected, CancellationToken stop) => database.WriteAsync<StoredBudget>(
        async work =>
        {
            var rows = await BudgetsAsync(work).ConfigureAwait(false);
            if (isExpected?.Invoke(rows) == false)
            {
                return new StoreError.Changed();
            }

            if (rows.Count >= MaxBudgets && rows.All(b => b.Budget.Key != budget.Budget.Key))
            {
                var message = FormattableString.Invariant($"the limit of {MaxBudgets:N0} budgets is reached; delete some");
                return new StoreError.Conflict("budgets", message);
            }

            var added = budget with { ChangedAt = Now };
            await work.RunAsync(
                $"""
                INSERT INTO budgets ({BudgetColumns}) VALUES (@Gateway, @Agent, @Cron, @Period, @Usd, @ChangedBy, @ChangedAt)
                ON CONFLICT (gateway, agent, cron, period) DO UPDATE SET
                    usd = excluded.usd, changed_by = excluded.changed_by, changed_at = excluded.changed_at
                """,
                StoredBudgetRow.Of(added)).ConfigureAwait(false);
            return added;
        },
        stop);

    /// <inheritdoc cref="SetAsync(StoredBudget, Func{ValueList{StoredBudget}, bool}?, CancellationToken)"/>
    /// <returns>The removed budget.</returns>
    public Task<StoreResult<StoredBudget>> RemoveAsync(
        BudgetKey key, Func<ValueList<StoredBudget>, bool>? isExpected, CancellationToken stop) => database.WriteAsync<StoredBudget>(
        async work =>
        {
            var rows = await BudgetsAsync(work).ConfigureAwait(false);
            if (rows.FirstOrDefault(b => b.Budget.Key == key) is not { } row)
            {
                return new StoreError.NotFound("stored budget");
            }

            if (isExpected?.Invoke(rows) == false)
            {
                return new StoreError.Changed();
            }

            await work.RunAsync($"DELETE FROM budgets WHERE {OneBudget}", StoredBudgetRow.Of(row)).ConfigureAwait(false);
            return row;
        },
        stop);

    private DateTimeOffset Now => DateTimeOffset.FromUnixTimeMilliseconds(database.Clock.GetUtcNow().ToUnixTimeMilliseconds());

    private static async Task<ValueList<StoredThreshold>> ThresholdsAsync(UnitOfWork work)
    {
        var rows = await work.ManyAsync<StoredThresholdRow>(
            $"SELECT {ThresholdColumns} FROM thresholds ORDER BY name{work.LockRow}", new { }).ConfigureAwait(false);
        return [.. rows.Select(r => r.ToRecord())];
    }

    private static async Task<ValueList<StoredBudget>> BudgetsAsync(UnitOfWork work)
    {
        var rows = await work.ManyAsync<StoredBudgetRow>(
            $"SELECT {BudgetColumns} FROM budgets ORDER BY gateway, agent, cron, period{work.LockRow}", new { }).ConfigureAwait(false);
        return [.. rows.Select(r => r.ToRecord())];
    }
}
