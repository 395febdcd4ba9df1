namespace FleetExporter.Polling;

/// <summary>The loop that watches one host or target and publishes its snapshots.</summary>
internal interface IMonitor
{
    /// <summary>Name of the host or target.</summary>
    string Name { get; }

    /// <summary>Runs until it is cancelled; throws nothing but the cancellation.</summary>
    Task RunAsync(CancellationToken stop);

    /// <summary>Removes the host or target from the fleet state. Nothing is published after that, even by code that is still running.</summary>
    void Close();
}

/// <summary>A running monitor with the means to stop it.</summary>
internal sealed class RunningMonitor<TMonitor> : IDisposable
    where TMonitor : IMonitor
{
    /// <summary>Time within which a stopped monitor has to end. Parsing cannot be interrupted.</summary>
    private static readonly TimeSpan EndGrace = TimeSpan.FromSeconds(2);

    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;

    /// <param name="after">The end of the monitor that it replaces.</param>
    public RunningMonitor(TMonitor monitor, Task after)
    {
        Monitor = monitor;
        _running = Task.Run(() => RunAsync(after));
    }

    public TMonitor Monitor { get; }

    /// <summary>Stops the monitor. Its host or target is removed from the fleet state immediately.</summary>
    /// <returns>Whether it ended within the grace period; if not, it is abandoned and may be replaced.</returns>
    public Task<bool> EndAsync(TimeProvider clock)
    {
        Monitor.Close();
        return WaitAsync(Task.WhenAll(_stop.CancelAsync(), _running), clock);
    }

    public void Dispose() => _stop.Dispose();

    private async Task<bool> WaitAsync(Task ended, TimeProvider clock)
    {
        await ended.WaitAsync(EndGrace, clock).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (ended.IsCompleted)
        {
            Dispose();
        }

        return ended.IsCompleted;
    }

    private async Task RunAsync(Task after)
    {
        await after.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Monitor.RunAsync(_stop.Token).ConfigureAwait(false);
    }
}
