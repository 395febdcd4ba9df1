namespace FleetExporter.Streaming;

/// <summary>Signals every second. Shared by all stream readers, so that there is one timer instead of one per reader.</summary>
internal sealed class OneSecondTimer : IDisposable
{
    private readonly ITimer _timer;
    private TaskCompletionSource _next = New();

    public OneSecondTimer(TimeProvider clock) => _timer = clock.CreateTimer(
        _ => Interlocked.Exchange(ref _next, New()).TrySetResult(), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));

    /// <summary>Completes with the next signal.</summary>
    public Task Next => Volatile.Read(ref _next).Task;

    public void Dispose() => _timer.Dispose();

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
