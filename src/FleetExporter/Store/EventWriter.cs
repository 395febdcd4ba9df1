using FleetExporter.Hosting;

namespace FleetExporter.Store;

/// <summary>Writes waiting events to the store every second and when the exporter stops, and deletes old ones.</summary>
internal sealed class EventWriter(EventQueue queue, EventLog log, ExporterInstance instance, EventMetrics metrics, LoopDependencies parts)
    : HostedLoop(ExporterLoop.EventWriter, parts)
{
    private const int MaxPerTransaction = 500;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan TrimInterval = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Taken from the queue and not yet stored.</summary>
    private EventBatch? _batch;

    /// <summary>Raised with each event that was stored, in order, on the writer's thread: handlers must not block or throw.</summary>
    public event Action<FleetEvent>? Written;

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken).ConfigureAwait(false);
        if (ExecuteTask is { IsCompleted: true })
        {
            await WriteAsync(isLast: true, CancellationToken.None).WaitAsync(StopTimeout, Clock, cancellationToken)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Writes what waits, until nothing does or the store fails.</summary>
    internal async Task WriteAsync(bool isLast, CancellationToken stop)
    {
        while (true)
        {
            _batch ??= queue.Take(MaxPerTransaction, isLast);
            if (_batch.IsEmpty || !await TryWriteAsync(_batch, stop).ConfigureAwait(false))
            {
                _batch = _batch.IsEmpty ? null : _batch;
                return;
            }

            var written = _batch;
            _batch = null;
            foreach (var e in written.Events)
            {
                Written?.Invoke(e);
            }
        }
    }

    protected override async Task RunAsync(CancellationToken stop)
    {
        var nextTrim = Clock.Elapsed();
        while (true)
        {
            await WriteAsync(isLast: false, stop).ConfigureAwait(false);
            if (Clock.Elapsed() >= nextTrim)
            {
                nextTrim = Clock.Elapsed() + TrimInterval;
                await log.TrimAsync(stop).ConfigureAwait(false);
            }

            await Task.Delay(Interval, Clock, stop).ConfigureAwait(false);
        }
    }

    /// <exception cref="Exception">
    /// The store rejects a row, which is a bug. The batch is dropped, so that the next one is not stuck behind it.
    /// </exception>
    private async Task<bool> TryWriteAsync(EventBatch batch, CancellationToken stop)
    {
        try
        {
            return (await log.WriteAsync(batch.Events, batch.States, instance, stop).ConfigureAwait(false)).Success;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            _batch = null;
            metrics.Dropped(batch.Events.Count);
            throw;
        }
    }
}
