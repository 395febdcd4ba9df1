namespace FleetExporter.Store;

/// <summary>
/// The circuit breaker of the store. An operation that finds the store unavailable opens it; while it is open, every operation fails immediately.
/// Only a check of the store, <see cref="Database.OpenAsync"/>, closes it.
/// </summary>
internal sealed class StoreBreaker(StoreMetrics metrics)
{
    private readonly Lock _lock = new();
    private volatile StoreError.Unavailable? _error;
    private TaskCompletionSource _opened = New();

    /// <summary>Why it is open; null if closed.</summary>
    public StoreError.Unavailable? Error => _error;

    /// <summary>Completes when it next opens.</summary>
    public Task NextOpening
    {
        get
        {
            lock (_lock)
            {
                return _opened.Task;
            }
        }
    }

    public void Open(StoreError.Unavailable error)
    {
        lock (_lock)
        {
            var wasClosed = _error is null;
            _error = error;
            metrics.SetUp(false);
            if (wasClosed)
            {
                _opened.TrySetResult();
                _opened = New();
            }
        }
    }

    public void Close()
    {
        lock (_lock)
        {
            _error = null;
            metrics.SetUp(true);
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
