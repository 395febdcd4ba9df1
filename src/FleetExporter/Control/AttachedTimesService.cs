using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace FleetExporter.Control;

/// <summary>
/// Loads the times of attached tmux sessions at the start and writes them every 30 s and at the end. Registered before the service that watches
/// hosts, so that it stops after it.
/// </summary>
internal sealed partial class AttachedTimesService(
    AttachedTimesSync sync, Watchlist watchlist, TimeProvider clock, ILogger<AttachedTimesService> logger) : BackgroundService
{
    /// <summary>How soon the times of a new host are loaded, and a store that is away is tried again.</summary>
    private static readonly TimeSpan LoadInterval = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan WriteInterval = TimeSpan.FromSeconds(30);

    /// <summary>Watching begins without the times after this.</summary>
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(5);

    private readonly TaskCompletionSource _attempted = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private List<string> Watched => [.. watchlist.Hosts.Select(h => h.Name)];

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await base.StartAsync(cancellationToken).ConfigureAwait(false);
        await _attempted.Task.WaitAsync(StartTimeout, clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken).ConfigureAwait(false);
        if (ExecuteTask is { IsCompleted: true })
        {
            var writing = sync.WriteAsync(Watched, CancellationToken.None);
            await writing.WaitAsync(StopTimeout, clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var nextWrite = clock.Elapsed() + WriteInterval;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await sync.LoadAsync(Watched, stoppingToken).ConfigureAwait(false);
                if (clock.Elapsed() >= nextWrite)
                {
                    nextWrite = clock.Elapsed() + WriteInterval;
                    await sync.WriteAsync(Watched, stoppingToken).ConfigureAwait(false);
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                LogBug(e);
            }

            _attempted.TrySetResult();
            await Task.Delay(LoadInterval, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Keeping the times of attached tmux sessions failed; this is a bug of the exporter")]
    private partial void LogBug(Exception error);
}
