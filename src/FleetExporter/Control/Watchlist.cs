using System.Collections.Immutable;
using FleetExporter.Config;
using FleetExporter.Polling;
using FleetExporter.Polling.Snapshots;
using FleetExporter.Store;

namespace FleetExporter.Control;

/// <summary>
/// Merges the hosts of fleet.yml with the active connections created through the API.
/// File hosts need no store; stored connections load once it responds and survive an outage.
/// </summary>
internal sealed partial class Watchlist(
    Fleet fleet, FleetState state, Connections connections, TargetList targets, ExporterInstance self, LiveConfig config, ILogger<Watchlist> logger)
    : IDisposable
{
    private static readonly TimeSpan ReadyTimeout = TimeSpan.FromSeconds(1.5);

    private readonly SemaphoreSlim _syncLock = new(1, 1);
    private readonly Lock _applying = new();
    private readonly Dictionary<string, DateTimeOffset> _lastConnectedAt = new(StringComparer.Ordinal);
    private ImmutableHashSet<string> _disconnectedHosts = [];
    private volatile ImmutableList<WatchedConnection> _all = [];
    private volatile IReadOnlyList<Connection> _stored = [];
    private int _requestedVersion = 1;
    private int _loadedVersion;
    private volatile bool _applied;
    private StoreError? _lastReportedError;
    private IReadOnlyList<string> _duplicateNames = [];
    private IReadOnlyList<string> _withoutRow = [];

    /// <summary>Ordered by id.</summary>
    public IReadOnlyList<WatchedConnection> All => _all;

    /// <summary>Whether hosts were passed to the fleet; false at start-up.</summary>
    public bool IsApplied => _applied;

    /// <summary>Monitored hosts.</summary>
    public IEnumerable<HostConfig> Hosts => _all.Select(w => w.Host).OfType<HostConfig>();

    /// <param name="key">Connection id or name; a host of fleet.yml precedes a connection of the same name.</param>
    public WatchedConnection? Find(string key)
    {
        var all = _all;
        return all.Find(w => w.Connection.Id == key)
            ?? all.FindAll(w => w.Connection.Name == key).MinBy(w => (w.Connection.Source, IsOthers(w.Connection)));
    }

    /// <summary>Access to the host of the connection with this id, ignoring namesakes.</summary>
    /// <returns>Null if not monitored with its current settings.</returns>
    public HostAccess? AccessTo(string id) =>
        _all.Find(w => w.Connection.Id == id)?.Host is { } host && fleet.AccessTo(host.Name) is { } access && access.Host == host ? access : null;

    /// <summary>Ensures that the stored connections are loaded.</summary>
    /// <returns>Null on success.</returns>
    public async Task<StoreError?> ReadyAsync(CancellationToken stop)
    {
        if (Volatile.Read(ref _loadedVersion) == Volatile.Read(ref _requestedVersion))
        {
            return null;
        }

        try
        {
            // Other callers may be queued for the lock.
            return await SyncAsync(stop).WaitAsync(ReadyTimeout, stop).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            return new StoreError.Busy();
        }
    }

    /// <summary>Finds a connection, loading the store if it is not in memory.</summary>
    /// <param name="key">Its id or name.</param>
    /// <returns>NotFound, or another error if the store cannot be read.</returns>
    public async Task<StoreResult<WatchedConnection>> ResolveAsync(string key, CancellationToken stop)
    {
        if (Find(key) is { } known)
        {
            return known;
        }

        var error = await ReadyAsync(stop).ConfigureAwait(false);
        return Find(key) is { } found ? found : error ?? new StoreError.NotFound("connection");
    }

    /// <summary>Applies the configuration and the last stored connections.</summary>
    /// <returns>Completes once the monitors of removed hosts have stopped.</returns>
    public Task ApplyAsync()
    {
        lock (_applying)
        {
            var now = config.Current;
            _disconnectedHosts = _disconnectedHosts.Intersect(now.Hosts.Select(h => h.Name));
            _all = [.. Listed(now).Select(WithUnits).OrderBy(w => w.Connection.Id, StringComparer.Ordinal)];
            var order = now.Hosts.Select((host, at) => (host.Name, at)).ToDictionary(h => h.Name, h => h.at, StringComparer.Ordinal);
            var ended = fleet.ApplyAsync(now with { Hosts = [.. Hosts.OrderBy(h => order.GetValueOrDefault(h.Name, int.MaxValue))] });
            _applied = true;
            return ended;
        }
    }

    /// <summary>Applies a row that the API just wrote, even if the store fails next, then reloads all rows.</summary>
    public async Task WrittenAsync(Connection row)
    {
        _stored = [.. _stored.Where(c => c.Id != row.Id), row];
        var applied = ApplyAsync();
        await SyncAsync(CancellationToken.None).ConfigureAwait(false);
        await applied.ConfigureAwait(false);
    }

    /// <summary>Mirrors the file hosts to the store, loads all connections and applies them.</summary>
    /// <returns>The read error, or null; on error the previous connections stay active.</returns>
    public async Task<StoreError?> SyncAsync(CancellationToken stop)
    {
        await _syncLock.WaitAsync(stop).ConfigureAwait(false);
        try
        {
            // A store on a full disk can still be read.
            var requestedVersion = Volatile.Read(ref _requestedVersion);
            var hosts = config.Current.Hosts.Select(h => WatchedConnection.Of(h, !_disconnectedHosts.Contains(h.Name))).ToList();
            var mirrored = await connections.MirrorAsync(self.Id, hosts, stop).ConfigureAwait(false);
            var all = await connections.AllAsync(stop).ConfigureAwait(false);
            if (all.Success)
            {
                _stored = all.Value;
            }

            Volatile.Write(ref _loadedVersion, all.Success && mirrored.Success ? requestedVersion : 0);
            Report(all.Error ?? mirrored.Error);
            ReportWithoutRow(mirrored.Value ?? _withoutRow);
            if (!all.Success)
            {
                return all.Error;
            }
        }
        finally
        {
            _syncLock.Release();
        }

        // Until the server listens, FleetStartup has not called ApplyAsync.
        await (_applied ? ApplyAsync() : Task.CompletedTask).ConfigureAwait(false);
        return null;
    }

    /// <summary>Starts or stops monitoring a host of fleet.yml, until the next restart. The next sync writes the change to the store.</summary>
    public async Task SwitchAsync(string host, bool on)
    {
        ImmutableInterlocked.Update(ref _disconnectedHosts, static (off, s) => s.on ? off.Remove(s.host) : off.Add(s.host), (host, on));
        await ApplyAsync().ConfigureAwait(false);
        Forget();
    }

    /// <summary>Makes the next <see cref="ReadyAsync"/> sync with the store again.</summary>
    public void Forget() => Interlocked.Increment(ref _requestedVersion);

    public void Dispose() => _syncLock.Dispose();

    private IEnumerable<WatchedConnection> Listed(FleetConfig now)
    {
        var rows = _stored.ToDictionary(c => c.Id, StringComparer.Ordinal);
        foreach (var host in now.Hosts)
        {
            var isOn = !_disconnectedHosts.Contains(host.Name);
            var row = WatchedConnection.Of(host, isOn) with { Owner = self.Id };
            if (rows.TryGetValue(row.Id, out var stored) && IsOthers(stored) && !stored.IsSameMachine(row))
            {
                // Another exporter owns the row with this name; it stays in the list.
                row = row with { Id = Ids.OfHost(host.Name, self.Id) };
            }
            else if (rows.Remove(row.Id))
            {
                row = stored!;
            }

            yield return isOn ? new(row, host) : new(row, null, "it is disconnected");
        }

        foreach (var row in rows.Values)
        {
            yield return row.Source == ConnectionSource.Api ? WatchedConnection.Of(row, now)
                : new(row, null, IsOthers(row) ? "it is a host of another exporter that shares the store" : "it is no longer in fleet.yml");
        }
    }

    /// <summary>Adds the units of stored targets, which the host reports.</summary>
    private WatchedConnection WithUnits(WatchedConnection watched) =>
        watched.Host is { } host ? watched with { Host = host with { Units = [.. host.Units.Union(targets.UnitsOf(host.Name))] } } : watched;

    /// <summary>Whether another exporter owns the connection.</summary>
    private bool IsOthers(Connection connection) => connection.Owner is { } owner && owner != self.Id;

    /// <summary>Reloads rows written by others.</summary>
    public async Task ReadAgainAsync(CancellationToken stop)
    {
        await _syncLock.WaitAsync(stop).ConfigureAwait(false);
        try
        {
            var all = await connections.AllAsync(stop).ConfigureAwait(false);
            var same = !all.Success || all.Value.SequenceEqual(_stored);
            _stored = all.Value ?? _stored;
            Report(all.Error);
            if (same)
            {
                return;
            }
        }
        finally
        {
            _syncLock.Release();
        }

        await ApplyAsync().ConfigureAwait(false);
    }

    /// <summary>Stores when hosts last connected; one write per new connection, not per poll.</summary>
    public async Task NoteAsync(CancellationToken stop)
    {
        var connected = (
            from watched in _all
            let host = watched.Host is null ? null : state.Find(watched.Host.Name)
            where host is { Connection.Up: true } && _lastConnectedAt.GetValueOrDefault(watched.Connection.Id) != host.Connection.Since.Time
            select (watched.Connection.Id, host.Connection.Since.Time)).ToList();
        if (connected.Count > 0 && (await connections.SetLastConnectedAsync(connected, stop).ConfigureAwait(false)).Success)
        {
            foreach (var (id, since) in connected)
            {
                _lastConnectedAt[id] = since;
            }
        }
    }

    /// <summary>Logs changes only.</summary>
    private void Report(StoreError? error)
    {
        if (error is not null && error != _lastReportedError)
        {
            LogStore(error.ToString());
        }

        _lastReportedError = error;
        var duplicateNames = _stored.Where(c => c.Source == ConnectionSource.Api && WatchedConnection.Namesake(c.Name, config.Current) is not null)
            .Select(c => c.Name).ToList();
        foreach (var name in duplicateNames.Except(_duplicateNames))
        {
            LogDuplicate(name);
        }

        _duplicateNames = duplicateNames;
    }

    private void ReportWithoutRow(IReadOnlyList<string> names)
    {
        var others = names.Except(_stored.Where(c => c.Source == ConnectionSource.Api).Select(c => c.Name)).ToList();
        foreach (var name in others.Except(_withoutRow))
        {
            LogWithoutRow(name);
        }

        _withoutRow = others;
    }

    [LoggerMessage(
        Level = LogLevel.Error, Message = "Connections cannot be read or written; known hosts stay monitored; retrying: {Reason}")]
    private partial void LogStore(string reason);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Connection {Name}, created through the API, is not monitored: a host or device of fleet.yml has the same name")]
    private partial void LogDuplicate(string name);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Host {Name} is monitored but cannot have projects: another exporter sharing the store owns a different host of that name")]
    private partial void LogWithoutRow(string name);
}
