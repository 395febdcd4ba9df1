using System.Collections.Immutable;
using FleetExporter.Polling.Snapshots;
using FleetExporter.Store;
using Microsoft.Extensions.Logging;

namespace FleetExporter.Control;

/// <summary>
/// Loads the times of attached tmux sessions from the store into <see cref="AttachedTimes"/> and writes back what changed. There is no queue: what to
/// write is the difference between the times in memory and those stored, so a store that is away costs no memory. Not thread-safe.
/// </summary>
internal sealed partial class AttachedTimesSync(
    AttachedTimes times, AttachedSessions sessions, AttachedFile file, ILogger<AttachedTimesSync> logger)
{
    /// <summary>A detached session has its row refreshed this often, so that it does not expire while the session is there.</summary>
    private static readonly TimeSpan RefreshInterval = TimeSpan.FromDays(1);

    private static readonly ImmutableDictionary<TmuxSessionKey, AttachedTime> Empty = ImmutableDictionary<TmuxSessionKey, AttachedTime>.Empty;

    /// <summary>What the store has of each host. Without an entry the host's rows were not loaded yet.</summary>
    private readonly Dictionary<string, ImmutableDictionary<TmuxSessionKey, AttachedTime>> _stored = new(StringComparer.Ordinal);

    private bool _loaded;
    private StoreError? _lastReportedError;

    /// <summary>Imports the file of an older version, and loads the rows of hosts that have not been loaded. Does nothing once all have.</summary>
    /// <param name="watched">Names of the hosts that are watched.</param>
    public async Task LoadAsync(IReadOnlyCollection<string> watched, CancellationToken stop)
    {
        if (_loaded && watched.All(_stored.ContainsKey))
        {
            return;
        }

        if (file.Read() is { } imported)
        {
            var written = await sessions.WriteAsync(imported, [], stop).ConfigureAwait(false);
            Report(written.Error);
            if (!written.Success)
            {
                return;
            }

            file.Delete();
        }

        var all = await sessions.AllAsync(stop).ConfigureAwait(false);
        Report(all.Error);
        if (!all.Success)
        {
            return;
        }

        // The rows of hosts that are not watched too: at the start, connections made by the API are not known yet.
        var rows = all.Value.ToLookup(r => r.Host, StringComparer.Ordinal);
        foreach (var host in rows.Select(g => g.Key).Union(watched).Where(h => !_stored.ContainsKey(h)))
        {
            _stored[host] = rows[host].ToImmutableDictionary(
                r => new TmuxSessionKey(r.UserName, r.SessionId, r.CreatedAt), r => new AttachedTime(r.AttachedAt, r.SeenAt));
            times.Merge(host, _stored[host]);
        }

        _loaded = true;
    }

    /// <summary>
    /// Writes what changed since the last write; what cannot be written is left for the next one. Then forgets the hosts that are not watched.
    /// </summary>
    /// <param name="watched">Names of the hosts that are watched.</param>
    public async Task WriteAsync(IReadOnlyCollection<string> watched, CancellationToken stop)
    {
        List<AttachedSession> seen = [], gone = [];
        Dictionary<string, ImmutableDictionary<TmuxSessionKey, AttachedTime>> written = new(StringComparer.Ordinal);
        foreach (var (host, now) in times.Hosts)
        {
            var before = _stored.GetValueOrDefault(host, Empty);
            var changed = now.Where(t => !before.TryGetValue(t.Key, out var row) || IsDue(row, t.Value)).ToList();
            var removed = before.Where(t => !now.ContainsKey(t.Key)).ToList();
            seen.AddRange(changed.Select(t => Row(host, t)));
            gone.AddRange(removed.Select(t => Row(host, t)));
            written[host] = before.RemoveRange(removed.Select(t => t.Key)).SetItems(changed);
        }

        var result = await sessions.WriteAsync(seen, gone, stop).ConfigureAwait(false);
        Report(result.Error);
        foreach (var (host, rows) in result.Success ? written : [])
        {
            if (_stored.ContainsKey(host))
            {
                _stored[host] = rows;
            }
        }

        foreach (var host in _stored.Keys.Union(times.Hosts.Keys).Except(watched).ToList())
        {
            times.Remove(host);
            _stored.Remove(host);
        }
    }

    private static bool IsDue(AttachedTime row, AttachedTime now) => now.AttachedAt != row.AttachedAt || now.SeenAt - row.SeenAt >= RefreshInterval;

    private static AttachedSession Row(string host, KeyValuePair<TmuxSessionKey, AttachedTime> time) =>
        new(host, time.Key.User, time.Key.Id, time.Key.Created, time.Value.AttachedAt, time.Value.SeenAt);

    /// <summary>Logs each error once until another one, or none, comes.</summary>
    private void Report(StoreError? error)
    {
        if (error is not null && error != _lastReportedError)
        {
            var reason = error.ToString();
            LogStore(reason);
        }

        _lastReportedError = error;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The times of attached tmux sessions cannot be loaded or written; retrying: {Reason}")]
    private partial void LogStore(string reason);
}
