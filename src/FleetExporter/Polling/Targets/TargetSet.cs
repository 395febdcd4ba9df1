using FleetExporter.Config;
using FleetExporter.Polling.Snapshots;
using FleetExporter.Targets;

namespace FleetExporter.Polling.Targets;

/// <summary>Starts, restarts and stops the target monitors to match the configuration.</summary>
internal sealed class TargetSet(
    FleetState state, TargetLinks links, PollMetrics metrics, TimeProvider clock, ILogger<TargetSet> logger, DeviceKey? device = null)
    : IAsyncDisposable
{
    private readonly MonitorSet<TargetMonitor> _monitors = new(metrics, clock, logger);
    private readonly Lock _lock = new();
    private PollTiming? _timing;

    /// <summary>Applies a configuration. Monitors of unchanged targets keep running.</summary>
    public Task ApplyAsync(FleetConfig config)
    {
        lock (_lock)
        {
            var timing = new PollTiming(config.PollInterval, config.StaleAfterPolls);
            var restartAll = _timing is not null && _timing != timing;
            _timing = timing;
            var wanted = TargetCatalog.All.SelectMany(kind => kind.Kind.TargetsOf(config).Select(target => (Kind: kind, Target: target)))
                .ToDictionary(w => w.Target.Name, StringComparer.Ordinal);
            var tools = new TargetContext(clock, (host, unit) => state.UnitOf(host, unit, clock.Now())) { Links = links, Device = device };
            return _monitors.ApplyAsync(
                wanted.Values.Select(w =>
                    (w.Target.Name, (Func<TargetMonitor>)(() => new TargetMonitor(w.Target, w.Kind, timing, tools, state, logger)))),
                m => !restartAll && wanted.TryGetValue(m.Name, out var same) && same.Target == m.Target);
        }
    }

    /// <summary>Polls all targets immediately; completes when all answers have arrived.</summary>
    public Task PollNowAsync(CancellationToken stop) => Task.WhenAll(_monitors.Monitors.Select(m => m.PollNowAsync())).WaitAsync(stop);

    public async ValueTask DisposeAsync() => await _monitors.EndAllAsync().ConfigureAwait(false);
}
