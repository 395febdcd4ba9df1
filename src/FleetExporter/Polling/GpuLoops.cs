using FleetExporter.Collectors;
using FleetExporter.Config;
using FleetExporter.Polling.Snapshots;
using FleetExporter.Remote;

namespace FleetExporter.Polling;

/// <summary>
/// The loops of nvidia-smi on one host, at most one per collector. A loop starts after a call that succeeded, which has what does not change; when
/// it ends, calls take over until it is tried again.
/// </summary>
internal sealed partial class GpuLoops(
    HostConfig host, PollTiming timing, IShell shell, SectionReader reader, HostSnapshotUpdater updater, TimeProvider clock, ILogger logger)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan MaxPause = TimeSpan.FromHours(1);

    /// <summary>A loop that has run so long starts again with the first pause.</summary>
    private static readonly TimeSpan Healthy = TimeSpan.FromMinutes(10);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Task> _running = [];
    private readonly Dictionary<string, (TimeSpan Pause, TimeSpan Until)> _pauses = [];
    private TaskCompletionSource _hanging = new();

    private bool IsWanted => host.GpuPolling switch
    {
        GpuPolling.Call => false,
        GpuPolling.Loop => true,
        _ => timing.Interval <= TimeSpan.FromMinutes(1),
    };

    /// <summary>Whether a loop delivers the values of a collector, or is to do so after a pause, with calls ruled out.</summary>
    public bool Delivers(HostCollector collector)
    {
        lock (_lock)
        {
            return _running.ContainsKey(collector.Name) || (host.GpuPolling == GpuPolling.Loop && IsPaused(collector.Name));
        }
    }

    /// <summary>Starts the loops whose collector has answered a call, and are not running or pausing.</summary>
    public void Start(IEnumerable<HostCollector> collectors, CancellationToken stop)
    {
        if (!IsWanted)
        {
            return;
        }

        foreach (var collector in collectors.OfType<NvidiaCollector>())
        {
            lock (_lock)
            {
                if (!_running.ContainsKey(collector.Name) && !IsPaused(collector.Name) && !stop.IsCancellationRequested
                    && updater.Current.Outcomes.GetValueOrDefault(collector.Name) is { Failure: null, Answer: { } call }
                    && collector.LoopQuery(call, timing.Interval) is { } query)
                {
                    _running[collector.Name] = RunAsync(collector, query, stop);
                }
            }
        }
    }

    /// <summary>Completes when a loop hangs, so that the driver has to be looked at.</summary>
    public Task HangAsync(CancellationToken stop) => _hanging.Task.WaitAsync(stop);

    /// <summary>Completes when the loops have ended, after their token was cancelled.</summary>
    public async Task EndedAsync()
    {
        Task[] running;
        lock (_lock)
        {
            running = [.. _running.Values];
            _hanging = new TaskCompletionSource();
        }

        await Task.WhenAll(running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private bool IsPaused(string collector) => _pauses.TryGetValue(collector, out var pause) && clock.Elapsed() < pause.Until;

    private async Task RunAsync(NvidiaCollector collector, GpuLoopQuery query, CancellationToken stop)
    {
        await Task.Yield();
        var started = clock.Elapsed();
        try
        {
            await new GpuLoop(host, timing, collector, query, shell, reader, updater, clock).RunAsync(stop).ConfigureAwait(false);
            Ended(collector, started, pauses: false);
        }
        catch (Exception e)
        {
            var ordinary = e is StreamException;
            if (!ordinary && !stop.IsCancellationRequested)
            {
                reader.Bug(collector.Name, e);
            }

            var pause = Ended(collector, started, pauses: !stop.IsCancellationRequested);
            if (!stop.IsCancellationRequested)
            {
                LogEnded(collector.Name, host.Name, e.Message, pause.TotalMinutes);
                var hangs = e is StreamException { Reason: SshFailure.Timeout };
                if (hangs || host.GpuPolling == GpuPolling.Loop)
                {
                    updater.TimedOut([collector], $"its loop ended: {e.Message}");
                }

                if (hangs)
                {
                    _hanging.TrySetResult();
                }
            }
        }
    }

    /// <param name="pauses">False after an end without a failure: the next loop may start after the next call, unless this one was short.</param>
    private TimeSpan Ended(NvidiaCollector collector, TimeSpan started, bool pauses)
    {
        var now = clock.Elapsed();
        lock (_lock)
        {
            _running.Remove(collector.Name);
            var ran = now - started;
            var previous = ran < Healthy && _pauses.TryGetValue(collector.Name, out var last) ? last.Pause : TimeSpan.Zero;
            if (!pauses && ran >= FirstPause)
            {
                return TimeSpan.Zero;
            }

            var pause = previous == TimeSpan.Zero ? FirstPause : previous * 2 < MaxPause ? previous * 2 : MaxPause;
            _pauses[collector.Name] = (pause, now + pause);
            return pause;
        }
    }

    [LoggerMessage(
        Level = LogLevel.Warning, Message = "The loop of collector {Collector} on {Host} ended ({Detail}); the next one starts in {Minutes} min")]
    private partial void LogEnded(string collector, string host, string detail, double minutes);
}
