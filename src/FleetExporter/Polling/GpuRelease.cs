namespace FleetExporter.Polling;

/// <summary>Until when the exporter leaves the GPUs of one host alone, so that an operator can update the driver or reset a GPU.</summary>
internal sealed class GpuRelease
{
    private readonly Lock _lock = new();
    private Instant? _until;
    private TaskCompletionSource _changed = New();

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
    public void Set(Instant? until)
    {
        TaskCompletionSource changed;
        lock (_lock)
        {
            _until = until;
            changed = _changed;
            _changed = New();
        }

        changed.TrySetResult();
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
