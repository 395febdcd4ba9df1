using FleetExporter.Hosting;

namespace FleetExporter.Control;

/// <summary>
/// Keeps the watchlist, the list of targets and the thresholds and budgets in sync with the store: loads them once the store responds, then
/// periodically.
/// </summary>
internal sealed class WatchlistService(Watchlist watchlist, TargetList targets, LimitList limits, LoopDependencies parts)
    : HostedLoop(ExporterLoop.Watchlist, parts)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    /// <summary>How often rows written by other exporters are loaded.</summary>
    private static readonly TimeSpan ReadInterval = TimeSpan.FromSeconds(30);

    /// <summary>How often this exporter renews the ownership of its hosts.</summary>
    private static readonly TimeSpan MirrorInterval = TimeSpan.FromMinutes(5);

    /// <summary>After this, the service starts without stored connections.</summary>
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(2);

    private readonly TaskCompletionSource _attempted = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await base.StartAsync(cancellationToken).ConfigureAwait(false);
        await _attempted.Task.WaitAsync(StartTimeout, Clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    protected override async Task RunAsync(CancellationToken stop)
    {
        var nextRead = Clock.Elapsed() + ReadInterval;
        var nextMirror = Clock.Elapsed() + MirrorInterval;
        while (true)
        {
            try
            {
                await limits.ReadyAsync(stop).ConfigureAwait(false);
                await targets.ReadyAsync(stop).ConfigureAwait(false);
                await watchlist.ReadyAsync(stop).ConfigureAwait(false);
            }
            finally
            {
                _attempted.TrySetResult();
            }

            if (Clock.Elapsed() >= nextRead)
            {
                nextRead = Clock.Elapsed() + ReadInterval;
                await limits.ReadAgainAsync(stop).ConfigureAwait(false);
                await watchlist.ReadAgainAsync(stop).ConfigureAwait(false);
                await targets.ReadAgainAsync(stop).ConfigureAwait(false);
            }

            await watchlist.NoteAsync(stop).ConfigureAwait(false);
            if (Clock.Elapsed() >= nextMirror)
            {
                nextMirror = Clock.Elapsed() + MirrorInterval;
                watchlist.Forget();
            }

            await Task.Delay(Interval, Clock, stop).ConfigureAwait(false);
        }
    }
}
