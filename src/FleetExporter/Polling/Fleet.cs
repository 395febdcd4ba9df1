using FleetExporter.Config;
using FleetExporter.Polling.Derivation;
using FleetExporter.Polling.Snapshots;
using FleetExporter.Remote;
using Microsoft.Extensions.Logging;

namespace FleetExporter.Polling;

/// <summary>The hosts that are watched: starts, restarts and stops their monitors as the configuration says.</summary>
internal sealed class Fleet : IAsyncDisposable
{
    private readonly FleetState _state;
    private readonly Func<HostConfig, IShell> _shellOf;
    private readonly AttachedTimes _attached;
    private readonly PollMetrics _metrics;
    private readonly TimeProvider _clock;
    private readonly ILogger<Fleet> _logger;
    private readonly WatchSet<HostMonitor> _watches;
    private readonly Lock _lock = new();
    private SemaphoreSlim _handshakes = new(16);
    private FleetConfig? _config;

    public Fleet(
        FleetState state, Func<HostConfig, IShell> shellOf, AttachedTimes attached, PollMetrics metrics, TimeProvider clock, ILogger<Fleet> logger)
    {
        _state = state;
        _shellOf = shellOf;
        _attached = attached;
        _metrics = metrics;
        _clock = clock;
        _logger = logger;
        _watches = new WatchSet<HostMonitor>(metrics, clock, logger);
    }

    /// <summary>Makes the set of watched hosts what the configuration says. Hosts that did not change are left alone.</summary>
    public Task ApplyAsync(FleetConfig config)
    {
        lock (_lock)
        {
            var everyone = _config is null
                || _config.PollInterval != config.PollInterval
                || _config.StaleAfterPolls != config.StaleAfterPolls
                || _config.LegacyAfter != config.LegacyAfter;
            if (_config?.Ssh.MaxConnecting != config.Ssh.MaxConnecting)
            {
                _handshakes = new SemaphoreSlim(config.Ssh.MaxConnecting);
            }

            _config = config;
            var wanted = config.Hosts.ToDictionary(h => h.Name, StringComparer.Ordinal);
            return _watches.ApplyAsync(
                config.Hosts.Select(h => (h.Name, (Func<HostMonitor>)(() => Create(h, config)))),
                m => !everyone && wanted.TryGetValue(m.Name, out var host) && host == m.Host);
        }
    }

    /// <summary>Polls a host at once; completes when its answers are in.</summary>
    /// <returns>False when no such host is watched.</returns>
    public async Task<bool> PollNowAsync(string host, CancellationToken stop)
    {
        if (_watches.Find(host) is not { } monitor)
        {
            return false;
        }

        await monitor.PollNowAsync().WaitAsync(stop).ConfigureAwait(false);
        return true;
    }

    /// <summary>Tries a host that is not connected at once, whatever its back-off, and waits for what comes of it.</summary>
    /// <param name="patience">The longest wait.</param>
    public async Task ConnectNowAsync(string host, TimeSpan patience, CancellationToken stop)
    {
        lock (_lock)
        {
            if (_watches.Find(host) is { Tried.IsCompleted: true } idle && _config is { } config && _state.Find(host) is { Connection.Up: false })
            {
                _ = _watches.ApplyAsync([(host, () => Create(idle.Host, config))], m => m != idle);
            }
        }

        if (_watches.Find(host) is { } tried)
        {
            await tried.Tried.WaitAsync(patience, _clock, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>The way to a host, for commands; null when no such host is watched.</summary>
    public HostAccess? AccessTo(string host) =>
        _watches.Find(host) is { } monitor && _state.Find(host) is { } snapshot ? new HostAccess(monitor.Host, monitor.Shell, snapshot) : null;

    public async ValueTask DisposeAsync() => await _watches.EndAllAsync().ConfigureAwait(false);

    private HostMonitor Create(HostConfig host, FleetConfig config) => new(
        host, new PollTiming(config.PollInterval, config.StaleAfterPolls), _shellOf(host),
        _state, new Deriver(_attached, config.LegacyAfter), _handshakes,
        _metrics, _clock, _logger);
}

/// <summary>A host, how it is reached, and what was last known of it.</summary>
internal sealed record HostAccess(HostConfig Host, IShell Shell, HostSnapshot Snapshot);
