namespace FleetExporter.Polling;

/// <summary>What watches one host or target, and publishes what it finds.</summary>
internal interface IMonitor
{
    /// <summary>Of the host or target.</summary>
    string Name { get; }

    /// <summary>Watches until it is stopped; throws nothing but the cancellation.</summary>
    Task RunAsync(CancellationToken stop);

    /// <summary>Takes the host or target out of the state. Nothing is published after that, whatever still runs.</summary>
    void Close();
}

/// <summary>A monitor that runs, until it is ended.</summary>
internal sealed class Watch<TMonitor> : IDisposable
    where TMonitor : IMonitor
{
    /// <summary>Time in which a monitor that is stopped has to end. One that parses when it is stopped cannot be interrupted.</summary>
    private static readonly TimeSpan EndGrace = TimeSpan.FromSeconds(2);

    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;

    /// <param name="after">The end of the monitor whose place it takes.</param>
    public Watch(TMonitor monitor, Task after)
    {
        Monitor = monitor;
        _running = Task.Run(() => RunAsync(after));
    }

    public TMonitor Monitor { get; }

    /// <summary>Ends the monitor. What it watches is gone from the state at once.</summary>
    /// <returns>Whether it has ended within the grace; if not, it is left behind, and another may take its place.</returns>
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
