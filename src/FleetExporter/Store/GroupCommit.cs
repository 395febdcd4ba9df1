namespace FleetExporter.Store;

/// <summary>
/// Group commit: items added while a transaction runs share the next transaction, so that a hundred calls at once need a few commits, not a hundred.
/// </summary>
/// <param name="insert">Adds one item within a transaction and returns what was kept. May run more than once per item.</param>
internal sealed class GroupCommit<T>(Database database, Func<Work, T, Task<T>> insert)
    where T : class
{
    private const int MaxPerTransaction = 256;

    /// <summary>How long one item is waited for: a transaction's own limit, and a little for its turn.</summary>
    private static readonly TimeSpan Limit = Database.Limit + TimeSpan.FromSeconds(0.2);

    private readonly Lock _lock = new();
    private readonly List<Pending> _waiting = [];
    private bool _isRunning;

    /// <summary>Adds an item.</summary>
    /// <returns>What was kept, once it is on the disk. <see cref="StoreError.Busy"/> where it took too long; it may be kept all the same.</returns>
    public async Task<StoreResult<T>> AddAsync(T item)
    {
        if (database.Breaker.Error is not null)
        {
            // Fails at once. A transaction that hangs would have to end before its turn.
            return await database.WriteAsync<T>(async work => await insert(work, item).ConfigureAwait(false), CancellationToken.None)
                .ConfigureAwait(false);
        }

        var pending = new Pending(item);
        lock (_lock)
        {
            _waiting.Add(pending);
            if (!_isRunning)
            {
                _isRunning = true;
                _ = Task.Run(RunAsync, CancellationToken.None);
            }
        }

        var kept = pending.Kept.Task;
        await ((Task)kept).WaitAsync(Limit, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (kept.IsCompleted)
        {
            return await kept.ConfigureAwait(false);
        }

        lock (_lock)
        {
            _waiting.Remove(pending);
        }

        return new StoreError.Busy();
    }

    private async Task RunAsync()
    {
        while (Next() is { Count: > 0 } group)
        {
            await WriteAsync(group).ConfigureAwait(false);
        }
    }

    /// <summary>What is written next, in the order in which it came; empty when this run is over.</summary>
    private List<Pending> Next()
    {
        lock (_lock)
        {
            var next = _waiting.GetRange(0, Math.Min(_waiting.Count, MaxPerTransaction));
            _waiting.RemoveRange(0, next.Count);
            _isRunning = next.Count > 0;
            return next;
        }
    }

    private async Task WriteAsync(IReadOnlyList<Pending> group)
    {
        try
        {
            var written = await database.WriteAsync<IReadOnlyList<T>>(work => InsertAsync(work, group), CancellationToken.None).ConfigureAwait(false);
            for (var i = 0; i < group.Count; i++)
            {
                group[i].Kept.TrySetResult(written.Success ? written.Value[i] : written.Error);
            }
        }
        catch (Exception bug) when (group.Count == 1)
        {
            group[0].Kept.TrySetException(bug);
        }
        catch (Exception)
        {
            // The store refuses one of them. Each by itself, so that only that one fails.
            foreach (var pending in group)
            {
                await WriteAsync([pending]).ConfigureAwait(false);
            }
        }
    }

    private async Task<StoreResult<IReadOnlyList<T>>> InsertAsync(Work work, IReadOnlyList<Pending> group)
    {
        var kept = new List<T>(group.Count);
        foreach (var pending in group)
        {
            kept.Add(await insert(work, pending.Item).ConfigureAwait(false));
        }

        return kept;
    }

    private sealed record Pending(T Item)
    {
        public TaskCompletionSource<StoreResult<T>> Kept { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
