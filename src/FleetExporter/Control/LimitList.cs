using FleetExporter.Config;
using FleetExporter.Store;

namespace FleetExporter.Control;

/// <summary>A budget that applies.</summary>
/// <param name="Row">Null for a budget of fleet.yml.</param>
internal sealed record ActiveBudget(Budget Budget, StoredBudget? Row);

/// <summary>
/// Merges the thresholds and budgets of fleet.yml with those of the store, which take precedence. Those of the file need no store; stored ones load
/// once it responds and survive an outage.
/// </summary>
internal sealed class LimitList : IDisposable
{
    private readonly StoredLimits _stored;
    private readonly LiveConfig _config;
    private readonly StoredRows<LimitRows> _rows;

    public LimitList(StoredLimits stored, LiveConfig config)
    {
        (_stored, _config) = (stored, config);
        _rows = new StoredRows<LimitRows>(stored.AllAsync, (previous, rows) => previous == rows, Apply);
    }

    public ValueList<StoredThreshold> StoredThresholds => _rows.Current?.Thresholds ?? [];

    public ValueList<StoredBudget> StoredBudgets => _rows.Current?.Budgets ?? [];

    /// <summary>By gateway, agent, cron job and period.</summary>
    public IReadOnlyList<ActiveBudget> Budgets
    {
        get
        {
            var rows = StoredBudgets;
            var keys = rows.Select(r => r.Budget.Key).ToHashSet();
            return
            [
                .. _config.Current.Budgets.Where(b => !keys.Contains(b.Key)).Select(b => new ActiveBudget(b, null))
                    .Concat(rows.Select(r => new ActiveBudget(r.Budget, r))).OrderBy(b => b.Budget.Key.Order, StringComparer.Ordinal),
            ];
        }
    }

    /// <summary>Ensures that the stored thresholds and budgets were read once.</summary>
    /// <returns>Null on success.</returns>
    public Task<StoreError?> ReadyAsync(CancellationToken stop) => _rows.ReadyAsync(stop);

    /// <summary>Reads the stored thresholds and budgets and applies them.</summary>
    /// <returns>The read error, or null; on error the previous ones stay active.</returns>
    public Task<StoreError?> ReadAgainAsync(CancellationToken stop) => _rows.ReadAgainAsync(stop);

    /// <summary>Sets a threshold in the store and applies it.</summary>
    /// <param name="isExpected">Whether the stored thresholds are those that the caller has read; null for any.</param>
    public Task<StoreResult<StoredThreshold>> SetAsync(
        StoredThreshold threshold, Func<ValueList<StoredThreshold>, bool>? isExpected, CancellationToken stop) => EndAsync(
        _stored.SetAsync(threshold, isExpected, stop),
        (rows, added) => rows with { Thresholds = [.. rows.Thresholds.Where(t => t.Name != added.Name), added] });

    /// <summary>Removes a threshold from the store, so that the value of fleet.yml applies.</summary>
    /// <param name="isExpected">Whether the stored thresholds are those that the caller has read; null for any.</param>
    public Task<StoreResult<StoredThreshold>> RemoveAsync(
        string name, Func<ValueList<StoredThreshold>, bool>? isExpected, CancellationToken stop) => EndAsync(
        _stored.RemoveAsync(name, isExpected, stop),
        (rows, removed) => rows with { Thresholds = [.. rows.Thresholds.Where(t => t.Name != removed.Name)] });

    /// <summary>Sets a budget in the store and applies it.</summary>
    /// <param name="isExpected">Whether the stored budgets are those that the caller has read; null for any.</param>
    public Task<StoreResult<StoredBudget>> SetAsync(
        StoredBudget budget, Func<ValueList<StoredBudget>, bool>? isExpected, CancellationToken stop) => EndAsync(
        _stored.SetAsync(budget, isExpected, stop),
        (rows, added) => rows with { Budgets = [.. rows.Budgets.Where(b => b.Budget.Key != added.Budget.Key), added] });

    /// <summary>Removes a budget from the store, so that the one of fleet.yml applies, or none.</summary>
    /// <param name="isExpected">Whether the stored budgets are those that the caller has read; null for any.</param>
    public Task<StoreResult<StoredBudget>> RemoveAsync(
        BudgetKey key, Func<ValueList<StoredBudget>, bool>? isExpected, CancellationToken stop) => EndAsync(
        _stored.RemoveAsync(key, isExpected, stop),
        (rows, removed) => rows with { Budgets = [.. rows.Budgets.Where(b => b.Budget.Key != removed.Budget.Key)] });

    public void Dispose() => _rows.Dispose();

    /// <summary>Applies a change that was written, even if the store fails next, then reads all rows again.</summary>
    private async Task<StoreResult<T>> EndAsync<T>(Task<StoreResult<T>> writing, Func<LimitRows, T, LimitRows> change)
        where T : class
    {
        var written = await writing.ConfigureAwait(false);
        if (written.Success)
        {
            _rows.Change(rows => change(rows, written.Value));
            await Apply().ConfigureAwait(false);
        }

        if (written.Success || written.Error is StoreError.Changed or StoreError.NotFound)
        {
            await ReadAgainAsync(CancellationToken.None).ConfigureAwait(false);
        }

        return written;
    }

    private Task Apply()
    {
        if (_rows.Current is { } rows)
        {
            _config.SetStoredThresholds(new ValueMap<double>(rows.Thresholds.Select(t => KeyValuePair.Create(t.Name, t.Value))));
        }

        return Task.CompletedTask;
    }
}
