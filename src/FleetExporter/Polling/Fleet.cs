using System.Collections.Concurrent;
using FleetExporter.Config;
using FleetExporter.Polling.Derivation;
using FleetExporter.Remote;
using Microsoft.Extensions.Logging;

namespace FleetExporter.Polling;

/// <summary>The hosts that are watched: starts, restarts and stops their monitors as the configuration says.</summary>
public sealed class Fleet : IAsyncDisposable
{
    private readonly FleetState _state;
    private readonly Func<HostConfig, IShell> _shellOf;
    private readonly AttachedTimes _attached;
    private readonly PollMetrics _metrics;
    private readonly TimeProvider _clock;
    private readonly ILogger<Fleet> _logger;
    private readonly ConcurrentDictionary<string, Watch> _watches = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _applying = new(1, 1);
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
    }

    /// <summary>Makes the set of watched hosts what the configuration says. Hosts that did not change are left alone.</summary>
    public async Task ApplyAsync(FleetConfig config)
    {
        await _applying.WaitAsync().ConfigureAwait(false);
        try
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
            var gone = _watches.Values.Where(w => everyone || !wanted.TryGetValue(w.Monitor.Host.Name, out var host) || host != w.Monitor.Host).ToList();
            await Task.WhenAll(gone.Select(StopAsync)).ConfigureAwait(false);
            foreach (var host in config.Hosts.Where(h => !_watches.ContainsKey(h.Name)))
            {
                Start(host, config);
            }
        }
        finally
        {
            _applying.Release();
        }
    }

    /// <summary>Polls a host at once; completes when its answers are in.</summary>
    /// <returns>False when no such host is watched.</returns>
    public async Task<bool> PollNowAsync(string host, CancellationToken stop)
    {
        if (!_watches.TryGetValue(host, out var watch))
        {
            return false;
        }

        await watch.Monitor.PollNowAsync().WaitAsync(stop).ConfigureAwait(false);
        return true;
    }

    /// <summary>Tries a host that is not connected at once, whatever its back-off, and waits for what comes of it.</summary>
    /// <param name="patience">The longest wait.</param>
    public async Task ConnectNowAsync(string host, TimeSpan patience, CancellationToken stop)
    {
        await _applying.WaitAsync(stop).ConfigureAwait(false);
        try
        {
            if (_watches.TryGetValue(host, out var watch) && watch.Monitor.Tried.IsCompleted && _state.Find(host) is { Connection.Up: false })
            {
                await StopAsync(watch).ConfigureAwait(false);
                Start(watch.Monitor.Host, _config!);
            }
        }
        finally
        {
            _applying.Release();
        }

        if (_watches.TryGetValue(host, out var tried))
        {
            await tried.Monitor.Tried.WaitAsync(patience, _clock, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>The way to a host, for commands; null when no such host is watched.</summary>
    public HostAccess? AccessTo(string host) =>
        _watches.TryGetValue(host, out var watch) && _state.Find(host) is { } snapshot ? new HostAccess(watch.Monitor.Host, watch.Monitor.Shell, snapshot) : null;

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_watches.Values.Select(StopAsync)).ConfigureAwait(false);
        _attached.Save();
        _applying.Dispose();
    }

    private void Start(HostConfig host, FleetConfig config)
    {
        var stop = new CancellationTokenSource();
        var monitor = new HostMonitor(
            host, new PollTiming(config.PollInterval, config.StaleAfterPolls), _shellOf(host), _state,
            new Deriver(_attached, config.LegacyAfter), _handshakes, _metrics, _clock, _logger);
        _watches[host.Name] = new Watch(monitor, stop, Task.Run(() => monitor.RunAsync(stop.Token)));
    }

    private async Task StopAsync(Watch watch)
    {
        await watch.Stop.CancelAsync().ConfigureAwait(false);
        await watch.Running.ConfigureAwait(false);
        watch.Stop.Dispose();
        _watches.TryRemove(watch.Monitor.Host.Name, out _);
    }

    private sealed record Watch(HostMonitor Monitor, CancellationTokenSource Stop, Task Running);
}

/// <summary>A host, how it is reached, and what was last known of it.</summary>
public sealed record HostAccess(HostConfig Host, IShell Shell, HostSnapshot Snapshot);
