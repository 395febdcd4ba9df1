using FleetExporter.Alerting;
using FleetExporter.Config;
using FleetExporter.Control;
using FleetExporter.Hosting;
using FleetExporter.Polling.Snapshots;
using FleetExporter.Store;

namespace FleetExporter.Events;

/// <summary>
/// Compares what is known with what was known, once a second, and adds an event for each change. Writers of snapshots only record a name and never
/// wait; a host is compared when its snapshot was replaced, and when time alone may have changed its status.
/// </summary>
internal sealed partial class EventRecorder(
    FleetState state, Watchlist watchlist, TargetList targets, AlertFeed alerts, LiveConfig config, EventQueue queue, EventLog log,
    ExporterInstance instance, Kills kills, ILogger<EventRecorder> logger, LoopDependencies parts)
    : HostedLoop(ExporterLoop.Events, parts)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RunningInterval = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly DateTimeOffset _startedAt = parts.Clock.GetUtcNow();
    private readonly KnownStates _known = new(queue.Remember);

    /// <summary>Until when a host's status stays as it is without a new snapshot.</summary>
    private readonly Dictionary<string, Instant> _unchangedUntil = new(StringComparer.Ordinal);

    /// <summary>Hosts that were neither watched nor configured a second ago.</summary>
    private HashSet<string> _gone = new(StringComparer.Ordinal);

    private HashSet<string> _changed = new(StringComparer.Ordinal);
    private bool _isLoaded;

    private EventContext Context => new(_known, Clock.Now(), queue.Add);

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken).ConfigureAwait(false);
        if (_isLoaded && ExecuteTask is { IsCompleted: true })
        {
            ExporterEvents.HasStopped(Context);
        }
    }

    protected override async Task RunAsync(CancellationToken stop)
    {
        state.HostChanged += MarkChanged;
        try
        {
            await LoadAsync(stop).ConfigureAwait(false);
            var nextRunning = Clock.Elapsed() + RunningInterval;
            while (true)
            {
                await RecordAsync(stop).ConfigureAwait(false);
                if (Clock.Elapsed() >= nextRunning)
                {
                    nextRunning = Clock.Elapsed() + RunningInterval;
                    ExporterEvents.IsRunning(Context);
                    _known.Settle();
                }

                await Task.Delay(Interval, Clock, stop).ConfigureAwait(false);
            }
        }
        finally
        {
            state.HostChanged -= MarkChanged;
        }
    }

    /// <summary>Without what the last run knew, nothing can be compared: waits for the store.</summary>
    private async Task LoadAsync(CancellationToken stop)
    {
        while (!_isLoaded)
        {
            var stored = await log.StatesAsync(instance, stop).ConfigureAwait(false);
            if (stored.Success)
            {
                _known.Load(LastSeen.Of(stored.Value));
                ExporterEvents.Started(Context, _startedAt);
                _isLoaded = true;
            }
            else
            {
                await Task.Delay(2 * Interval, Clock, stop).ConfigureAwait(false);
            }
        }
    }

    private async Task RecordAsync(CancellationToken stop)
    {
        var context = Context;
        var changed = TakeChanged();
        foreach (var host in state.Hosts)
        {
            var name = host.Host.Name;
            if (changed.Contains(name) || !_unchangedUntil.TryGetValue(name, out var until) || context.Now > until)
            {
                Record(host, context);
                _unchangedUntil[name] = host.UnchangedUntil(context.Now);
            }
        }

        TargetChanges.Record(config.Current, targets.All, state, context);
        if (targets.IsApplied && await targets.ReadyAsync(stop).ConfigureAwait(false) is null)
        {
            TargetChanges.Remove(targets.All, context);
        }

        // Read before the alerts: what is complete by then has all of them.
        var isComplete = alerts.IsComplete;
        AlertChanges.Record(alerts.Current, isComplete, alerts.TakeCleared(), context);
        await RemoveAsync(context, stop).ConfigureAwait(false);
    }

    /// <summary>A bug with one host's readings does not stop the events of others.</summary>
    private void Record(HostSnapshot host, EventContext context)
    {
        try
        {
            HostChanges.Record(host, context);
            CollectorChanges.Record(host, context);
            GpuChanges.Record(host, context);
            GpuUseChanges.RecordXids(host, context);
            GpuUseChanges.RecordRelease(host, context);
            SessionChanges.Record(host, context, kills.By);
        }
        catch (Exception e)
        {
            LogBug(e, host.Host.Name);
        }
    }

    /// <summary>
    /// Hosts that are neither watched nor only disconnected: those that left fleet.yml, and connections that were deleted. A monitor that restarts is
    /// gone for a moment, and connections are loaded and applied one after the other.
    /// </summary>
    private async Task RemoveAsync(EventContext context, CancellationToken stop)
    {
        var gone = _known.Hosts.Where(h => h != KnownStates.NoHost && state.Find(h) is null && !IsConfigured(h)).ToHashSet(StringComparer.Ordinal);
        var previous = _gone;
        _gone = [];
        if (gone.Count == 0 || !watchlist.IsApplied || await watchlist.ReadyAsync(stop).ConfigureAwait(false) is not null)
        {
            return;
        }

        _gone = gone;
        foreach (var host in gone.Where(previous.Contains))
        {
            HostChanges.Remove(host, context);
            _unchangedUntil.Remove(host);
        }
    }

    private bool IsConfigured(string host) =>
        config.Current.Hosts.Any(h => h.Name == host)
        || config.Current.Devices.Any(d => d.Name == host)
        || watchlist.All.Any(w => w.Connection.Name == host && w.Connection.Source == ConnectionSource.Api);

    private void MarkChanged(string host)
    {
        lock (_lock)
        {
            _changed.Add(host);
        }
    }

    private HashSet<string> TakeChanged()
    {
        lock (_lock)
        {
            var changed = _changed;
            _changed = new HashSet<string>(StringComparer.Ordinal);
            return changed;
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The events of {Host} could not be recorded; this is a bug of the exporter")]
    private partial void LogBug(Exception error, string host);
}
