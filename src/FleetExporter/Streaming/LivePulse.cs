namespace FleetExporter.Streaming;

/// <summary>One beat a second for everything that looks at the time while it waits for something else: one timer instead of one per reader.</summary>
internal sealed class LivePulse : IDisposable
{
    private readonly ITimer _timer;
    private TaskCompletionSource _next = New();

    public LivePulse(TimeProvider clock) => _timer = clock.CreateTimer(
        _ => Interlocked.Exchange(ref _next, New()).TrySetResult(), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));

    /// <summary>Completes with the next beat.</summary>
    public Task Next => Volatile.Read(ref _next).Task;

    public void Dispose() => _timer.Dispose();

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
