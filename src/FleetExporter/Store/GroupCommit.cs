namespace FleetExporter.Store;

/// <summary>
/// Group commit: items added while a transaction runs share the next one, so that a hundred concurrent calls need only a few commits.
/// </summary>
/// <param name="insert">Adds one item within a transaction and returns the stored one. May run more than once per item.</param>
internal sealed class GroupCommit<T>(Database database, Func<UnitOfWork, T, Task<T>> insert)
    where T : class
{
    private const int MaxPerTransaction = 256;

    /// <summary>Timeout of one item: that of a transaction, plus some wait for its turn.</summary>
    private static readonly TimeSpan Timeout = Database.Timeout + TimeSpan.FromSeconds(0.2);

    private readonly Lock _lock = new();
    private readonly List<Pending> _waiting = [];
    private bool _isRunning;

    /// <summary>Adds an item.</summary>
    /// <returns>The stored item, once it is on disk; <see cref="StoreError.Busy"/> on timeout, when it may be stored nevertheless.</returns>
    public async Task<StoreResult<T>> AddAsync(T item)
    {
        if (database.Breaker.Error is not null)
        {
            // Fails immediately instead of waiting for a hanging transaction.
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

        var result = pending.Result.Task;
        await ((Task)result).WaitAsync(Timeout, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (result.IsCompleted)
        {
            return await result.ConfigureAwait(false);
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

    /// <summary>The next group, in order of arrival; empty at the end of this run.</summary>
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
                group[i].Result.TrySetResult(written.Success ? written.Value[i] : written.Error);
            }
        }
        catch (Exception bug) when (group.Count == 1)
        {
            group[0].Result.TrySetException(bug);
        }
        catch (Exception)
        {
            // The store rejects one item: insert each separately, so that only that one fails.
            foreach (var pending in group)
            {
                await WriteAsync([pending]).ConfigureAwait(false);
            }
        }
    }

    private async Task<StoreResult<IReadOnlyList<T>>> InsertAsync(UnitOfWork work, IReadOnlyList<Pending> group)
    {
        var result = new List<T>(group.Count);
        foreach (var pending in group)
        {
            result.Add(await insert(work, pending.Item).ConfigureAwait(false));
        }

        return result;
    }

    private sealed record Pending(T Item)
    {
        public TaskCompletionSource<StoreResult<T>> Result { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
