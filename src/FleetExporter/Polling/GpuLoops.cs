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
    private readonly Dictionary<string, (TimeSpan Pause, TimeSpan Until, bool Calls)> _pauses = [];
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
            return _running.ContainsKey(collector.Name)
                || (host.GpuPolling == GpuPolling.Loop && IsPaused(collector.Name) && !_pauses[collector.Name].Calls);
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
                    && updater.Current.Outcomes.Find(collector.Name) is { Failure: null, Answer: { } call }
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
        }

        await Task.WhenAll(running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _hanging = new TaskCompletionSource();
    }

    private bool IsPaused(string collector) => _pauses.TryGetValue(collector, out var pause) && clock.Elapsed() < pause.Until;

    private async Task RunAsync(NvidiaCollector collector, GpuLoopQuery query, CancellationToken stop)
    {
        await Task.Yield();
        var started = clock.Elapsed();
        try
        {
            await new GpuLoop(host, timing, collector, query, shell, reader, updater, clock).RunAsync(stop).ConfigureAwait(false);

            // The next one starts after the next call, unless the GPUs change all the time.
            var ran = clock.Elapsed() - started;
            Ended(collector, ran < FirstPause ? ran : null, calls: true);
        }
        catch (Exception) when (stop.IsCancellationRequested)
        {
            Ended(collector, null);
        }
        catch (Exception e)
        {
            if (e is StreamException { Stuck: true })
            {
                _hanging.TrySetResult();
            }

            Failed(collector, e, Ended(collector, clock.Elapsed() - started));
        }
    }

    private void Failed(NvidiaCollector collector, Exception failure, TimeSpan pause)
    {
        if (failure is not StreamException)
        {
            reader.Bug(collector.Name, failure);
        }

        LogEnded(collector.Name, host.Name, failure.Message, pause.TotalMinutes);
        if (host.GpuPolling == GpuPolling.Loop || failure is StreamException { Stuck: true })
        {
            updater.TimedOut([collector], $"its loop ended: {failure.Message}");
        }
    }

    /// <param name="ran">How long it ran, if it has to pause.</param>
    /// <param name="calls">Whether calls are made meanwhile, whatever the configuration says.</param>
    /// <returns>The pause before the next one; zero for none.</returns>
    private TimeSpan Ended(NvidiaCollector collector, TimeSpan? ran, bool calls = false)
    {
        lock (_lock)
        {
            _running.Remove(collector.Name);
            if (ran is null)
            {
                return TimeSpan.Zero;
            }

            var pause = ran < Healthy && _pauses.TryGetValue(collector.Name, out var last) ? Duration.Min(last.Pause * 2, MaxPause) : FirstPause;
            _pauses[collector.Name] = (pause, clock.Elapsed() + pause, calls);
            return pause;
        }
    }

    [LoggerMessage(
        Level = LogLevel.Warning, Message = "The loop of collector {Collector} on {Host} ended ({Detail}); the next one starts in {Minutes} min")]
    private partial void LogEnded(string collector, string host, string detail, double minutes);
}
