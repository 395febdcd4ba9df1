using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace FleetExporter.Hosting;

/// <summary>What a loop of the service is run with.</summary>
internal sealed record LoopParts(LoopMetrics Metrics, TimeProvider Clock, ILogger<HostedLoop> Logger);

/// <summary>
/// A loop of the service. One that fails in a way it did not foresee is logged and counted, and starts again: no bug of one loop ends the service, or
/// the loop unnoticed.
/// </summary>
internal abstract partial class HostedLoop(ServiceLoop loop, LoopParts parts) : BackgroundService
{
    /// <summary>Between a failure and the next start.</summary>
    public static readonly TimeSpan RestartDelay = TimeSpan.FromSeconds(5);

    private readonly LoopMetrics _metrics = parts.Metrics;
    private readonly ILogger _logger = parts.Logger;

    private protected TimeProvider Clock { get; } = parts.Clock;

    /// <summary>Runs until it is stopped, or has nothing more to do. It is called again when it has thrown.</summary>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
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
                // The end.
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

    [LoggerMessage(Level = LogLevel.Error, Message = "The loop {Loop} failed and starts again in 5 s; this is a bug of the exporter")]
    private partial void LogFailed(Exception error, string loop);
}
