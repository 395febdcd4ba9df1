namespace FleetExporter.Polling;

/// <summary>Until when the exporter leaves the GPUs of one host alone, so that an operator can update the driver or reset a GPU.</summary>
internal sealed class GpuRelease
{
    private readonly Lock _lock = new();
    private Instant? _until;
    private TaskCompletionSource _changed = New();
    private TaskCompletionSource _free = New();

    /// <summary>The end of the release, past or to come, null without one; and a task that completes when it changes.</summary>
    public (Instant? Until, Task Changed) Current
    {
        get
        {
            lock (_lock)
            {
                return (_until, _changed.Task);
            }
        }
    }

    /// <param name="until">Null ends the release.</param>
    /// <returns>Completes when nothing of the exporter uses the driver any more.</returns>
    public Task Set(Instant? until)
    {
        TaskCompletionSource changed;
        Task free;
        lock (_lock)
        {
            _until = until;
            changed = _changed;
            _changed = New();
            _free = New();
            free = _free.Task;
        }

        changed.TrySetResult();
        return free;
    }

    /// <summary>Called by the monitor once everything has ended.</summary>
    public void Freed()
    {
        lock (_lock)
        {
            _free.TrySetResult();
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
