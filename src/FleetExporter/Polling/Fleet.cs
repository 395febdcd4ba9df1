using System.Collections.Concurrent;
using FleetExporter.Collectors;
using FleetExporter.Config;
using FleetExporter.Polling.Derivation;
using FleetExporter.Polling.Snapshots;
using FleetExporter.Remote;

namespace FleetExporter.Polling;

/// <summary>Starts, restarts and stops the host monitors to match the configuration.</summary>
internal sealed class Fleet : IAsyncDisposable
{
    /// <summary>How long, and how often, a caller looks for what was just asked for: 3 s.</summary>
    private const int MaxLooks = 60;
    private static readonly TimeSpan LookPause = TimeSpan.FromMilliseconds(50);

    private readonly FleetState _state;
    private readonly Func<HostConfig, IShell> _shellOf;
    private readonly AttachedTimes _attached;
    private readonly PollMetrics _metrics;
    private readonly TimeProvider _clock;
    private readonly ILogger<Fleet> _logger;
    private readonly MonitorSet<HostMonitor> _monitors;
    private readonly ConcurrentDictionary<string, GpuRelease> _releases = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();
    private SemaphoreSlim _handshakes = new(16);
    private FleetConfig? _config;
    private volatile GpuUseLimits _gpuLimits = GpuUseLimits.Default;

    public Fleet(
        FleetState state, Func<HostConfig, IShell> shellOf, AttachedTimes attached, PollMetrics metrics, TimeProvider clock, ILogger<Fleet> logger)
    {
        _state = state;
        _shellOf = shellOf;
        _attached = attached;
        _metrics = metrics;
        _clock = clock;
        _logger = logger;
        _monitors = new MonitorSet<HostMonitor>(metrics, clock, logger);
    }

    /// <summary>Applies a configuration. Monitors of unchanged hosts keep running.</summary>
    public Task ApplyAsync(FleetConfig config)
    {
        lock (_lock)
        {
            var restartAll = _config is null
                || _config.PollInterval != config.PollInterval
                || _config.StaleAfterPolls != config.StaleAfterPolls
                || _config.LegacyAfter != config.LegacyAfter;
            if (_config?.Ssh.MaxConnecting != config.Ssh.MaxConnecting)
            {
                _handshakes = new SemaphoreSlim(config.Ssh.MaxConnecting);
            }

            _config = config;
            _gpuLimits = GpuUseLimits.Of(config.Thresholds);
            var wanted = config.Hosts.ToDictionary(h => h.Name, StringComparer.Ordinal);
            return _monitors.ApplyAsync(
                config.Hosts.Select(h => (h.Name, (Func<HostMonitor>)(() => Create(h, config)))),
                m => !restartAll && wanted.TryGetValue(m.Name, out var host) && host == m.Host);
        }
    }

    /// <summary>Polls a host immediately; completes when its answers have arrived.</summary>
    /// <returns>False when no such host is watched.</returns>
    public async Task<bool> PollNowAsync(string host, CancellationToken stop)
    {
        if (_monitors.Find(host) is not { } monitor)
        {
            return false;
        }

        await monitor.PollNowAsync().WaitAsync(stop).ConfigureAwait(false);
        return true;
    }

    /// <summary>Has what is read on demand read for a minute; completes when it is known, or after some seconds.</summary>
    public async Task LookAtAsync(string host, CancellationToken stop)
    {
        _monitors.Find(host)?.LookAt();
        var isAsked = CollectorCatalog.All.Where(c => c.IsOnDemand).Select(c => c.Name).ToList();
        for (var looks = 0; looks < MaxLooks && _monitors.Find(host) is not null && _state.Find(host) is { Connection.Up: true } snapshot
             && !isAsked.All(snapshot.Outcomes.Contains); looks++)
        {
            await Task.Delay(LookPause, stop).ConfigureAwait(false);
        }
    }

    /// <summary>Connects to a disconnected host immediately, ignoring its back-off, and waits for the outcome.</summary>
    /// <param name="timeout">The maximum wait.</param>
    public async Task ConnectNowAsync(string host, TimeSpan timeout, CancellationToken stop)
    {
        lock (_lock)
        {
            if (_monitors.Find(host) is { FirstAttempt.IsCompleted: true } idle
                && _config is { } config && _state.Find(host) is { Connection.Up: false })
            {
                _ = _monitors.ApplyAsync([(host, () => Create(idle.Host, config))], m => m != idle);
            }
        }

        if (_monitors.Find(host) is { } monitor)
        {
            await monitor.FirstAttempt.WaitAsync(timeout, _clock, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Leaves the GPUs of a host alone until then, also across reconnects; null watches them again.</summary>
    /// <returns>Completes when nothing of the exporter uses the driver any more; never without a connection.</returns>
    public Task ReleaseGpus(string host, Instant? until)
    {
        var free = ReleaseOf(host).Set(until);
        _monitors.Find(host)?.ShowRelease(until);
        return free;
    }

    public bool AreGpusReleased(string host) => ReleaseOf(host).Current.Until > _clock.Now();

    /// <summary>A host's shell and snapshot, for running commands; null when no such host is watched.</summary>
    public HostAccess? AccessTo(string host) =>
        _monitors.Find(host) is { } monitor && _state.Find(host) is { } snapshot ? new HostAccess(monitor.Host, monitor.Shell, snapshot) : null;

    public async ValueTask DisposeAsync() => await _monitors.EndAllAsync().ConfigureAwait(false);

    private HostMonitor Create(HostConfig host, FleetConfig config)
    {
        var release = ReleaseOf(host.Name);
        var monitor = new HostMonitor(
            host, new PollTiming(config.PollInterval, config.StaleAfterPolls), _shellOf(host), _state,
            new Deriver(_attached, config.LegacyAfter, () => _gpuLimits), _handshakes, release, _metrics, _clock, _logger);
        if (release.Current.Until is { } until && until > _clock.Now())
        {
            monitor.ShowRelease(until);
        }

        return monitor;
    }

    private GpuRelease ReleaseOf(string host) => _releases.GetOrAdd(host, static _ => new GpuRelease());
}

/// <summary>A host with its shell and its latest snapshot.</summary>
internal sealed record HostAccess(HostConfig Host, IShell Shell, HostSnapshot Snapshot);
