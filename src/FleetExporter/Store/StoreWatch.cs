using FleetExporter.Config;
using FleetExporter.Hosting;

namespace FleetExporter.Store;

/// <summary>
/// Opens the store at start-up, checks it periodically, and deletes audit rows older than the retention. Only these checks close the
/// circuit breaker: no request waits to probe an unavailable store.
/// </summary>
internal sealed partial class StoreWatch(Database database, AuditLog audit, LiveConfig config, ILogger<StoreWatch> logger, LoopDependencies parts)
    : HostedLoop(ExporterLoop.Store, parts)
{
    /// <summary>Check interval while available. An operation that finds it unavailable triggers a check at once.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    /// <summary>Check interval while the store is unavailable.</summary>
    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan TrimInterval = TimeSpan.FromHours(1);

    private StoreError? _lastReportedError;

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        Report(await database.OpenAsync(cancellationToken).ConfigureAwait(false));
        await base.StartAsync(cancellationToken).ConfigureAwait(false);
    }

    protected override async Task RunAsync(CancellationToken stop)
    {
        var nextTrim = Clock.Elapsed();
        while (true)
        {
            var unavailable = database.Breaker.NextOpening;
            var error = await database.OpenAsync(stop).ConfigureAwait(false);
            Report(error);
            if (error is null && Clock.Elapsed() >= nextTrim)
            {
                nextTrim = Clock.Elapsed() + TrimInterval;
                await audit.TrimAsync(Clock.GetUtcNow() - config.Current.Store.AuditRetention, stop).ConfigureAwait(false);
            }

            if (error is not null)
            {
                await Task.Delay(RetryInterval, Clock, stop).ConfigureAwait(false);
                continue;
            }

            using var turn = CancellationTokenSource.CreateLinkedTokenSource(stop);
            await Task.WhenAny(Task.Delay(Interval, Clock, turn.Token), unavailable).ConfigureAwait(false);
            await turn.CancelAsync().ConfigureAwait(false);
            stop.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Logs an error only when it differs from the last.</summary>
    private void Report(StoreError? error)
    {
        var reason = error?.ToString();
        if (error is not null && error != _lastReportedError)
        {
            LogUnavailable(reason!);
        }
        else if (error is null && _lastReportedError is not null)
        {
            LogAvailable();
        }

        _lastReportedError = error;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The store is unavailable; routes that need it return 503 until it recovers: {Reason}")]
    private partial void LogUnavailable(string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "The store is available again")]
    private partial void LogAvailable();
}
