using FleetExporter.Hosting;

namespace FleetExporter.Control;

/// <summary>
/// Loads attach times of tmux sessions at start-up and writes them every 30 s and at shutdown. Registered before the service that monitors
/// hosts, so that it stops later.
/// </summary>
internal sealed class AttachedTimesService(AttachedTimesSync sync, Watchlist watchlist, LoopDependencies parts)
    : HostedLoop(ExporterLoop.AttachedTimes, parts)
{
    /// <summary>How often times of new hosts are loaded and an unavailable store is retried.</summary>
    private static readonly TimeSpan LoadInterval = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan WriteInterval = TimeSpan.FromSeconds(30);

    /// <summary>Longest wait before monitoring starts.</summary>
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(5);

    private readonly TaskCompletionSource _attempted = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private List<string> Watched => [.. watchlist.Hosts.Select(h => h.Name)];

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await base.StartAsync(cancellationToken).ConfigureAwait(false);
        await _attempted.Task.WaitAsync(StartTimeout, Clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken).ConfigureAwait(false);
        if (ExecuteTask is { IsCompleted: true })
        {
            var writing = sync.WriteAsync(Watched, CancellationToken.None);
            await writing.WaitAsync(StopTimeout, Clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    protected override async Task RunAsync(CancellationToken stop)
    {
        var nextWrite = Clock.Elapsed() + WriteInterval;
        while (true)
        {
            try
            {
                await sync.LoadAsync(Watched, stop).ConfigureAwait(false);
                if (Clock.Elapsed() >= nextWrite)
                {
                    nextWrite = Clock.Elapsed() + WriteInterval;
                    await sync.WriteAsync(Watched, stop).ConfigureAwait(false);
                }
            }
            finally
            {
                _attempted.TrySetResult();
            }

            await Task.Delay(LoadInterval, Clock, stop).ConfigureAwait(false);
        }
    }
}
