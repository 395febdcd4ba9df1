using System.Collections.Immutable;
using FleetExporter.Config;
using FleetExporter.Polling;
using FleetExporter.Store;
using Microsoft.Extensions.Logging;

namespace FleetExporter.Control;

/// <summary>
/// Which hosts the fleet watches: those of fleet.yml and the active connections that were made by the API. The file's need no store; the others come as soon
/// as it answers, and stay when it is gone.
/// </summary>
internal sealed partial class Watchlist(Fleet fleet, FleetState state, Connections connections, LiveConfig config, TimeProvider clock, ILogger<Watchlist> logger) : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    /// <summary>What others who share the store write is seen within this time.</summary>
    private static readonly TimeSpan ReadEvery = TimeSpan.FromSeconds(30);

    private readonly SemaphoreSlim _reading = new(1, 1);
    private readonly SemaphoreSlim _applying = new(1, 1);
    private readonly Dictionary<string, DateTimeOffset> _noted = new(StringComparer.Ordinal);
    private ImmutableHashSet<string> _off = [];
    private volatile ImmutableList<WatchedConnection> _all = [];
    private volatile IReadOnlyList<Connection> _stored = [];
    private volatile bool _read;
    private StoreError? _said;
    private IReadOnlyList<string> _doubles = [];

    /// <summary>In the order of their ids.</summary>
    public IReadOnlyList<WatchedConnection> All => _all;

    /// <summary>What is watched.</summary>
    public IEnumerable<HostConfig> Hosts => _all.Select(w => w.Host).OfType<HostConfig>();

    /// <param name="key">Its id or its name; a host of fleet.yml goes before a connection of the same name.</param>
    public WatchedConnection? Find(string key)
    {
        var all = _all;
        return all.Find(w => w.Connection.Id == key)
            ?? all.FindAll(w => w.Connection.Name == key).MinBy(w => w.Connection.Source);
    }

    /// <summary>The way to what is watched for the connection with this id, whatever else has its name.</summary>
    /// <returns>Null while it is not watched, or not yet as it is now.</returns>
    public HostAccess? AccessTo(string id) =>
        _all.Find(w => w.Connection.Id == id)?.Host is { } host && fleet.AccessTo(host.Name) is { } access && access.Host == host ? access : null;

    /// <summary>Makes sure that the connections of the store are known.</summary>
    /// <returns>Null when they are.</returns>
    public Task<StoreError?> ReadyAsync(CancellationToken stop) => _read ? Task.FromResult<StoreError?>(null) : SyncAsync(stop);

    /// <summary>Watches what the configuration says, and what was last known of the store.</summary>
    public async Task ApplyAsync()
    {
        await _applying.WaitAsync().ConfigureAwait(false);
        try
        {
            var now = config.Current;
            _off = _off.Intersect(now.Hosts.Select(h => h.Name));
            _all = [.. Listed(now).OrderBy(w => w.Connection.Id, StringComparer.Ordinal)];
            var order = now.Hosts.Select((host, at) => (host.Name, at)).ToDictionary(h => h.Name, h => h.at, StringComparer.Ordinal);
            await fleet.ApplyAsync(now with { Hosts = [.. Hosts.OrderBy(h => order.GetValueOrDefault(h.Name, int.MaxValue))] }).ConfigureAwait(false);
        }
        finally
        {
            _applying.Release();
        }
    }

    /// <summary>Brings the hosts of the file into the store, reads all connections from it, and watches them.</summary>
    /// <returns>Why the store could not be read; what was known before is watched on, and it is tried again.</returns>
    public async Task<StoreError?> SyncAsync(CancellationToken stop)
    {
        await _reading.WaitAsync(stop).ConfigureAwait(false);
        try
        {
            // A full disk takes no rows and is read all the same.
            var hosts = config.Current.Hosts.Select(h => WatchedConnection.Of(h, !_off.Contains(h.Name))).ToList();
            var mirrored = await connections.MirrorAsync(hosts, stop).ConfigureAwait(false);
            var all = await connections.AllAsync(stop).ConfigureAwait(false);
            if (all.Success)
            {
                _stored = all.Value;
            }

            _read = all.Success && mirrored.Success;
            Tell(all.Error ?? mirrored.Error);
            if (!all.Success)
            {
                return all.Error;
            }
        }
        finally
        {
            _reading.Release();
        }

        await ApplyAsync().ConfigureAwait(false);
        return null;
    }

    /// <summary>Begins or ends the watching of a host of fleet.yml; until the next start, which watches all of them.</summary>
    public async Task SwitchAsync(string host, bool on)
    {
        ImmutableInterlocked.Update(ref _off, static (off, s) => s.on ? off.Remove(s.host) : off.Add(s.host), (host, on));
        await ApplyAsync().ConfigureAwait(false);
        await SyncAsync(CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>Reads the store as soon as it answers and now and then after that, and notes there when connections are made.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        var next = clock.Elapsed() + ReadEvery;
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await ReadyAsync(stop).ConfigureAwait(false);
                if (clock.Elapsed() >= next)
                {
                    next = clock.Elapsed() + ReadEvery;
                    await ReadAgainAsync(stop).ConfigureAwait(false);
                }

                await NoteAsync(stop).ConfigureAwait(false);
                await Task.Delay(Pause, clock, stop).ConfigureAwait(false);
            }
            catch (Exception e) when (!stop.IsCancellationRequested)
            {
                LogBug(e);
                await Task.Delay(Pause, clock, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    public void Dispose()
    {
        _reading.Dispose();
        _applying.Dispose();
    }

    private IEnumerable<WatchedConnection> Listed(FleetConfig now)
    {
        var rows = _stored.ToDictionary(c => c.Id, StringComparer.Ordinal);
        foreach (var host in now.Hosts)
        {
            var isOn = !_off.Contains(host.Name);
            var row = rows.Remove(Ids.OfHost(host.Name), out var kept) ? kept : WatchedConnection.Of(host, isOn);
            yield return isOn ? new(row, host) : new(row, null, "it is disconnected");
        }

        foreach (var row in rows.Values)
        {
            yield return row.Source == ConnectionSource.Api ? WatchedConnection.Of(row, now) : new(row, null, "it is not in fleet.yml any more");
        }
    }

    /// <summary>Takes over what others have written. It writes nothing: who shares the store and has other hosts would write the opposite each time.</summary>
    private async Task ReadAgainAsync(CancellationToken stop)
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

    /// <summary>Once per connection that was made, not per poll.</summary>
    private async Task NoteAsync(CancellationToken stop)
    {
        var made = (
            from watched in _all
            let host = watched.Host is null ? null : state.Find(watched.Host.Name)
            where host is { Connection.Up: true } && _noted.GetValueOrDefault(watched.Connection.Id) != host.Connection.Since.Time
            select (watched.Connection.Id, host.Connection.Since.Time)).ToList();
        if (made.Count > 0 && (await connections.ConnectedAsync(made, stop).ConfigureAwait(false)).Success)
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
        var doubles = _stored.Where(c => c.Source == ConnectionSource.Api && WatchedConnection.Namesake(c.Name, config.Current) is not null).Select(c => c.Name).ToList();
        foreach (var name in doubles.Except(_doubles))
        {
            LogDouble(name);
        }

        _doubles = doubles;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The connections cannot be read or written; those known are watched on, and it is tried again: {Reason}")]
    private partial void LogStore(string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The connection {Name} made by the API is not watched: a host or a device of fleet.yml has the same name")]
    private partial void LogDouble(string name);

    [LoggerMessage(Level = LogLevel.Error, Message = "Keeping the list of connections failed; this is a bug of the exporter")]
    private partial void LogBug(Exception error);
}
