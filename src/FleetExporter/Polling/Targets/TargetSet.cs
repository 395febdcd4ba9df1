using FleetExporter.Config;
using FleetExporter.Polling.Snapshots;
using FleetExporter.Targets;
using Microsoft.Extensions.Logging;

namespace FleetExporter.Polling.Targets;

/// <summary>The targets that are watched: starts, restarts and stops their monitors as the configuration says.</summary>
internal sealed class TargetSet(FleetState state, PollMetrics metrics, TimeProvider clock, ILogger<TargetSet> logger) : IAsyncDisposable
{
    private readonly WatchSet<TargetMonitor> _watches = new(metrics, clock, logger);
    private readonly Lock _lock = new();
    private PollTiming? _timing;

    /// <summary>Makes the set of watched targets what the configuration says. Targets that did not change are left alone.</summary>
    public Task ApplyAsync(FleetConfig config)
    {
        lock (_lock)
        {
            var timing = new PollTiming(config.PollInterval, config.StaleAfterPolls);
            var everyone = _timing is not null && _timing != timing;
            _timing = timing;
            var wanted = TargetCatalog.All.SelectMany(kind => kind.TargetsOf(config).Select(target => (Kind: kind, Target: target)))
                .ToDictionary(w => w.Target.Name, StringComparer.Ordinal);
            var tools = new TargetContext(clock, (host, unit) => state.UnitOf(host, unit, clock.Now()));
            return _watches.ApplyAsync(
                wanted.Values.Select(w =>
                    (w.Target.Name, (Func<TargetMonitor>)(() => new TargetMonitor(w.Target, w.Kind, timing, tools, state, logger)))),
                m => !everyone && wanted.TryGetValue(m.Name, out var same) && same.Target == m.Target);
        }
    }

    /// <summary>Polls every target at once; completes when all answers are in.</summary>
    public Task PollNowAsync(CancellationToken stop) => Task.WhenAll(_watches.Monitors.Select(m => m.PollNowAsync())).WaitAsync(stop);

    public async ValueTask DisposeAsync() => await _watches.EndAllAsync().ConfigureAwait(false);
}
