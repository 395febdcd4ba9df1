using FleetExporter.Store;

namespace FleetExporter.Control;

/// <summary>Rows of the store as they were last read. They load once the store responds and survive an outage.</summary>
/// <param name="read">Reads them.</param>
/// <param name="areSame">Whether an application can be omitted.</param>
/// <param name="apply">Applies <see cref="Current"/> after a read that changed it; not under a lock.</param>
internal sealed class StoredRows<T>(Func<CancellationToken, Task<StoreResult<T>>> read, Func<T, T, bool> areSame, Func<Task> apply) : IDisposable
    where T : class
{
    private static readonly TimeSpan ReadyTimeout = TimeSpan.FromSeconds(1.5);

    private readonly SemaphoreSlim _readLock = new(1, 1);
    private volatile T? _current;

    /// <summary>Null before the first read.</summary>
    public T? Current => _current;

    /// <summary>Ensures that the rows were read once.</summary>
    /// <returns>Null on success.</returns>
    public async Task<StoreError?> ReadyAsync(CancellationToken stop)
    {
        if (_current is not null)
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

    /// <summary>Reads the rows and applies them if they changed.</summary>
    /// <returns>The read error, or null; on error the previous rows stay active.</returns>
    public async Task<StoreError?> ReadAgainAsync(CancellationToken stop)
    {
        await _readLock.WaitAsync(stop).ConfigureAwait(false);
        bool isSame;
        try
        {
            var result = await read(stop).ConfigureAwait(false);
            if (!result.Success)
            {
                return result.Error;
            }

            isSame = _current is { } previous && areSame(previous, result.Value);
            _current = result.Value;
        }
        finally
        {
            _readLock.Release();
        }

        await (isSame ? Task.CompletedTask : apply()).ConfigureAwait(false);
        return null;
    }

    /// <summary>Changes the rows as the caller has just changed the store, without applying them; nothing before the first read.</summary>
    public void Change(Func<T, T> change)
    {
        if (_current is { } rows)
        {
            _current = change(rows);
        }
    }

    public void Dispose() => _readLock.Dispose();
}
