using System.Collections.Immutable;
using FleetExporter.Config;
using FleetExporter.Polling;
using FleetExporter.Polling.Snapshots;
using FleetExporter.Store;
using Microsoft.Extensions.Logging;

namespace FleetExporter.Control;

/// <summary>
/// Which hosts the fleet watches: those of fleet.yml and the active connections that were made by the API.
/// The file's need no store; the others come as soon as it answers, and stay when it is gone.
/// </summary>
internal sealed partial class Watchlist(
    Fleet fleet, FleetState state, Connections connections, ServiceInstance self, LiveConfig config, ILogger<Watchlist> logger) : IDisposable
{
    private static readonly TimeSpan ReadyTimeout = TimeSpan.FromSeconds(1.5);

    private readonly SemaphoreSlim _reading = new(1, 1);
    private readonly Lock _applying = new();
    private readonly Dictionary<string, DateTimeOffset> _noted = new(StringComparer.Ordinal);
    private ImmutableHashSet<string> _off = [];
    private volatile ImmutableList<WatchedConnection> _all = [];
    private volatile IReadOnlyList<Connection> _stored = [];
    private int _wanted = 1;
    private int _read;
    private volatile bool _applied;
    private StoreError? _said;
    private IReadOnlyList<string> _doubles = [];
    private IReadOnlyList<string> _withoutRow = [];

    /// <summary>In the order of their ids.</summary>
    public IReadOnlyList<WatchedConnection> All => _all;

    /// <summary>Whether the fleet has been told what to watch; false at the start.</summary>
    public bool IsApplied => _applied;

    /// <summary>What is watched.</summary>
    public IEnumerable<HostConfig> Hosts => _all.Select(w => w.Host).OfType<HostConfig>();

    /// <param name="key">Its id or its name; a host of fleet.yml goes before a connection of the same name.</param>
    public WatchedConnection? Find(string key)
    {
        var all = _all;
        return all.Find(w => w.Connection.Id == key)
            ?? all.FindAll(w => w.Connection.Name == key).MinBy(w => (w.Connection.Source, IsOthers(w.Connection)));
    }

    /// <summary>The way to what is watched for the connection with this id, whatever else has its name.</summary>
    /// <returns>Null while it is not watched, or not yet as it is now.</returns>
    public HostAccess? AccessTo(string id) =>
        _all.Find(w => w.Connection.Id == id)?.Host is { } host && fleet.AccessTo(host.Name) is { } access && access.Host == host ? access : null;

    /// <summary>Makes sure that the connections of the store are known.</summary>
    /// <returns>Null when they are.</returns>
    public async Task<StoreError?> ReadyAsync(CancellationToken stop)
    {
        if (Volatile.Read(ref _read) == Volatile.Read(ref _wanted))
        {
            return null;
        }

        try
        {
            // Others may wait for their turn before this one.
            return await SyncAsync(stop).WaitAsync(ReadyTimeout, stop).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            return new StoreError.Busy();
        }
    }

    /// <summary>Finds a connection; one that is not known yet is looked for in the store.</summary>
    /// <param name="key">Its id or its name.</param>
    /// <returns>Not found; or another error if the store cannot say whether there is one.</returns>
    public async Task<StoreResult<WatchedConnection>> ResolveAsync(string key, CancellationToken stop)
    {
        if (Find(key) is { } known)
        {
            return known;
        }

        var error = await ReadyAsync(stop).ConfigureAwait(false);
        return Find(key) is { } found ? found : error ?? new StoreError.NotFound("connection");
    }

    /// <summary>Watches what the configuration says, and what was last known of the store.</summary>
    /// <returns>Completes when what is not watched any more has ended; nothing is found under its former host before that either.</returns>
    public Task ApplyAsync()
    {
        lock (_applying)
        {
            var now = config.Current;
            _off = _off.Intersect(now.Hosts.Select(h => h.Name));
            _all = [.. Listed(now).OrderBy(w => w.Connection.Id, StringComparer.Ordinal)];
            var order = now.Hosts.Select((host, at) => (host.Name, at)).ToDictionary(h => h.Name, h => h.at, StringComparer.Ordinal);
            var ended = fleet.ApplyAsync(now with { Hosts = [.. Hosts.OrderBy(h => order.GetValueOrDefault(h.Name, int.MaxValue))] });
            _applied = true;
            return ended;
        }
    }

    /// <summary>Goes by a row of the API that was just written, at once and whatever the store does next, then reads all.</summary>
    public async Task WrittenAsync(Connection row)
    {
        _stored = [.. _stored.Where(c => c.Id != row.Id), row];
        var applied = ApplyAsync();
        await SyncAsync(CancellationToken.None).ConfigureAwait(false);
        await applied.ConfigureAwait(false);
    }

    /// <summary>Brings the hosts of the file into the store, reads all connections from it, and watches them.</summary>
    /// <returns>Why the store could not be read; what was known before is watched on, and it is tried again.</returns>
    public async Task<StoreError?> SyncAsync(CancellationToken stop)
    {
        await _reading.WaitAsync(stop).ConfigureAwait(false);
        try
        {
            // A full disk takes no rows and is read all the same.
            var wanted = Volatile.Read(ref _wanted);
            var hosts = config.Current.Hosts.Select(h => WatchedConnection.Of(h, !_off.Contains(h.Name))).ToList();
            var mirrored = await connections.MirrorAsync(self.Id, hosts, stop).ConfigureAwait(false);
            var all = await connections.AllAsync(stop).ConfigureAwait(false);
            if (all.Success)
            {
                _stored = all.Value;
            }

            Volatile.Write(ref _read, all.Success && mirrored.Success ? wanted : 0);
            Tell(all.Error ?? mirrored.Error);
            TellWithoutRow(mirrored.Value ?? _withoutRow);
            if (!all.Success)
            {
                return all.Error;
            }
        }
        finally
        {
            _reading.Release();
        }

        // No host is contacted before the service listens, which applies then.
        await (_applied ? ApplyAsync() : Task.CompletedTask).ConfigureAwait(false);
        return null;
    }

    /// <summary>
    /// Begins or ends the watching of a host of fleet.yml; until the next start, which watches all of them. The store knows of it when it is next
    /// read.
    /// </summary>
    public async Task SwitchAsync(string host, bool on)
    {
        ImmutableInterlocked.Update(ref _off, static (off, s) => s.on ? off.Remove(s.host) : off.Add(s.host), (host, on));
        await ApplyAsync().ConfigureAwait(false);
        Forget();
    }

    /// <summary>The next <see cref="ReadyAsync"/> brings the hosts of the file into the store and reads it again.</summary>
    public void Forget() => Interlocked.Increment(ref _wanted);

    public void Dispose() => _reading.Dispose();

    private IEnumerable<WatchedConnection> Listed(FleetConfig now)
    {
        var rows = _stored.ToDictionary(c => c.Id, StringComparer.Ordinal);
        foreach (var host in now.Hosts)
        {
            var isOn = !_off.Contains(host.Name);
            var row = WatchedConnection.Of(host, isOn) with { Owner = self.Id };
            if (rows.TryGetValue(row.Id, out var kept) && IsOthers(kept) && !kept.IsSameMachine(row))
            {
                // It has no row: the name is taken by a host of another exporter, which stays in the list.
                row = row with { Id = Ids.OfHost(host.Name, self.Id) };
            }
            else if (rows.Remove(row.Id))
            {
                row = kept!;
            }

            yield return isOn ? new(row, host) : new(row, null, "it is disconnected");
        }

        foreach (var row in rows.Values)
        {
            yield return row.Source == ConnectionSource.Api ? WatchedConnection.Of(row, now)
                : new(row, null, IsOthers(row) ? "it is a host of another exporter that shares the store" : "it is not in fleet.yml any more");
        }
    }

    /// <summary>Whether it stands in the fleet.yml of another exporter.</summary>
    private bool IsOthers(Connection connection) => connection.Owner is { } owner && owner != self.Id;

    /// <summary>Takes over what others have written.</summary>
    public async Task ReadAgainAsync(CancellationToken stop)
    {
        await _reading.WaitAsync(stop).ConfigureAwait(false);
        try
        {
            var all = await connections.AllAsync(stop).ConfigureAwait(false);
            var same = !all.Success || all.Value.SequenceEqual(_stored);
            _stored = all.Value ?? _stored;
            Tell(all.Error);
            if (same)
            {
                return;
            }
        }
        finally
        {
            _reading.Release();
        }

        await ApplyAsync().ConfigureAwait(false);
    }

    /// <summary>Notes in the store when connections were made; once per connection that was made, not per poll.</summary>
    public async Task NoteAsync(CancellationToken stop)
    {
        var made = (
            from watched in _all
            let host = watched.Host is null ? null : state.Find(watched.Host.Name)
            where host is { Connection.Up: true } && _noted.GetValueOrDefault(watched.Connection.Id) != host.Connection.Since.Time
            select (watched.Connection.Id, host.Connection.Since.Time)).ToList();
        if (made.Count > 0 && (await connections.SetLastConnectedAsync(made, stop).ConfigureAwait(false)).Success)
        {
            foreach (var (id, since) in made)
            {
                _noted[id] = since;
            }
        }
    }

    /// <summary>Each state of affairs once.</summary>
    private void Tell(StoreError? error)
    {
        if (error is not null && error != _said)
        {
            LogStore(error.ToString());
        }

        _said = error;
        var doubles = _stored.Where(c => c.Source == ConnectionSource.Api && WatchedConnection.Namesake(c.Name, config.Current) is not null)
            .Select(c => c.Name).ToList();
        foreach (var name in doubles.Except(_doubles))
        {
            LogDouble(name);
        }

        _doubles = doubles;
    }

    private void TellWithoutRow(IReadOnlyList<string> names)
    {
        var others = names.Except(_stored.Where(c => c.Source == ConnectionSource.Api).Select(c => c.Name)).ToList();
        foreach (var name in others.Except(_withoutRow))
        {
            LogWithoutRow(name);
        }

        _withoutRow = others;
    }

    [LoggerMessage(
        Level = LogLevel.Error, Message = "The connections cannot be read or written; those known are watched on, and it is tried again: {Reason}")]
    private partial void LogStore(string reason);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "The connection {Name} made by the API is not watched: a host or a device of fleet.yml has the same name")]
    private partial void LogDouble(string name);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "The host {Name} is watched, but projects cannot be on it: another exporter that shares the store has another host of that name")]
    private partial void LogWithoutRow(string name);
}
