namespace FleetExporter.Hosting;

/// <summary>Dependencies of a hosted loop.</summary>
internal sealed record LoopDependencies(LoopMetrics Metrics, TimeProvider Clock, ILogger<HostedLoop> Logger);

/// <summary>
/// A background loop. An unexpected exception is logged and counted, and the loop restarts: a bug in one loop ends neither the exporter nor, without
/// notice, the loop.
/// </summary>
internal abstract partial class HostedLoop(ExporterLoop loop, LoopDependencies dependencies) : BackgroundService
{
    /// <summary>Delay between a failure and the restart.</summary>
    public static readonly TimeSpan RestartDelay = TimeSpan.FromSeconds(5);

    private readonly LoopMetrics _metrics = dependencies.Metrics;
    private readonly ILogger _logger = dependencies.Logger;

    private protected TimeProvider Clock { get; } = dependencies.Clock;

    /// <summary>Runs until stopped or done. Called again after an exception.</summary>
    /// <exception cref="OperationCanceledException">Stopped.</exception>
    protected abstract Task RunAsync(CancellationToken stop);

    protected sealed override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await RunAsync(stoppingToken).ConfigureAwait(false);
                return;
            }
            catch (Exception) when (stoppingToken.IsCancellationRequested)
            {
                // Stopped.
            }
            catch (Exception e)
            {
                _metrics.Failed(loop);
                var name = Words.Of(loop);
                LogFailed(e, name);
                await Task.Delay(RestartDelay, Clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Loop {Loop} failed and restarts in 5 s; please report this bug of the exporter")]
    private partial void LogFailed(Exception error, string loop);
}
