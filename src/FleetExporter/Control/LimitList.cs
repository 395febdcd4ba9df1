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
internal sealed class LimitList(StoredLimits stored, LiveConfig config) : IDisposable
{
    private static readonly TimeSpan ReadyTimeout = TimeSpan.FromSeconds(1.5);

    private readonly SemaphoreSlim _readLock = new(1, 1);
    private volatile LimitRows? _rows;

    public ValueList<StoredThreshold> StoredThresholds => _rows?.Thresholds ?? [];

    public ValueList<StoredBudget> StoredBudgets => _rows?.Budgets ?? [];

    /// <summary>By gateway, agent, cron job and period.</summary>
    public IReadOnlyList<ActiveBudget> Budgets
    {
        get
        {
            var rows = StoredBudgets;
            var keys = rows.Select(r => r.Budget.Key).ToHashSet();
            return
            [
                .. config.Current.Budgets.Where(b => !keys.Contains(b.Key)).Select(b => new ActiveBudget(b, null))
                    .Concat(rows.Select(r => new ActiveBudget(r.Budget, r))).OrderBy(b => b.Budget.Key.Order, StringComparer.Ordinal),
            ];
        }
    }

    /// <summary>Ensures that the stored thresholds and budgets were read once.</summary>
    /// <returns>Null on success.</returns>
    public async Task<StoreError?> ReadyAsync(CancellationToken stop)
    {
        if (_rows is not null)
        {
            return null;
        }

        try
        {
            // Other callers may be queued for the lock.
            return await ReadAgainAsync(stop).WaitAsync(ReadyTimeout, stop).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            return new StoreError.Busy();
        }
    }

    /// <summary>Reads the stored thresholds and budgets and applies them.</summary>
    /// <returns>The read error, or null; on error the previous ones stay active.</returns>
    public async Task<StoreError?> ReadAgainAsync(CancellationToken stop)
    {
        await _readLock.WaitAsync(stop).ConfigureAwait(false);
        try
        {
            var read = await stored.AllAsync(stop).ConfigureAwait(false);
            if (!read.Success)
            {
                return read.Error;
            }

            Apply(read.Value);
            return null;
        }
        finally
        {
            _readLock.Release();
        }
    }

    /// <summary>Sets a threshold in the store and applies it.</summary>
    /// <param name="isExpected">Whether the stored thresholds are those that the caller has read; null for any.</param>
    public Task<StoreResult<StoredThreshold>> SetAsync(
        StoredThreshold threshold, Func<ValueList<StoredThreshold>, bool>? isExpected, CancellationToken stop) => EndAsync(
        stored.SetAsync(threshold, isExpected, stop),
        (rows, added) => rows with { Thresholds = [.. rows.Thresholds.Where(t => t.Name != added.Name), added] });

    /// <summary>Removes a threshold from the store, so that the value of fleet.yml applies.</summary>
    /// <param name="isExpected">Whether the stored thresholds are those that the caller has read; null for any.</param>
    public Task<StoreResult<StoredThreshold>> RemoveAsync(
        string name, Func<ValueList<StoredThreshold>, bool>? isExpected, CancellationToken stop) => EndAsync(
        stored.RemoveAsync(name, isExpected, stop),
        (rows, removed) => rows with { Thresholds = [.. rows.Thresholds.Where(t => t.Name != removed.Name)] });

    /// <summary>Sets a budget in the store and applies it.</summary>
    /// <param name="isExpected">Whether the stored budgets are those that the caller has read; null for any.</param>
    public Task<StoreResult<StoredBudget>> SetAsync(
        StoredBudget budget, Func<ValueList<StoredBudget>, bool>? isExpected, CancellationToken stop) => EndAsync(
        stored.SetAsync(budget, isExpected, stop),
        (rows, added) => rows with { Budgets = [.. rows.Budgets.Where(b => b.Budget.Key != added.Budget.Key), added] });

    /// <summary>Removes a budget from the store, so that the one of fleet.yml applies, or none.</summary>
    /// <param name="isExpected">Whether the stored budgets are those that the caller has read; null for any.</param>
    public Task<StoreResult<StoredBudget>> RemoveAsync(
        BudgetKey key, Func<ValueList<StoredBudget>, bool>? isExpected, CancellationToken stop) => EndAsync(
        stored.RemoveAsync(key, isExpected, stop),
        (rows, removed) => rows with { Budgets = [.. rows.Budgets.Where(b => b.Budget.Key != removed.Budget.Key)] });

    public void Dispose() => _readLock.Dispose();

    /// <summary>Applies a change that was written, even if the store fails next, then reads all rows again.</summary>
    private async Task<StoreResult<T>> EndAsync<T>(Task<StoreResult<T>> writing, Func<LimitRows, T, LimitRows> change)
        where T : class
    {
        var written = await writing.ConfigureAwait(false);
        if (written.Success && _rows is { } rows)
        {
            Apply(change(rows, written.Value));
        }

        if (written.Success || written.Error is StoreError.Changed or StoreError.NotFound)
        {
            await ReadAgainAsync(CancellationToken.None).ConfigureAwait(false);
        }

        return written;
    }

    private void Apply(LimitRows rows)
    {
        _rows = rows;
        config.SetStoredThresholds(new ValueMap<double>(rows.Thresholds.Select(t => KeyValuePair.Create(t.Name, t.Value))));
    }
}
