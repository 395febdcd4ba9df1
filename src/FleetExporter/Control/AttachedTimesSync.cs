using System.Collections.Immutable;
using FleetExporter.Polling.Snapshots;
using FleetExporter.Store;

namespace FleetExporter.Control;

/// <summary>
/// Loads attach times of tmux sessions from the store into <see cref="AttachedTimes"/> and writes changes back. There is no queue: each write
/// is the difference between memory and store, so memory does not grow during an outage. Not thread-safe.
/// </summary>
internal sealed partial class AttachedTimesSync(
    AttachedTimes times, AttachedSessions sessions, AttachedFile file, ILogger<AttachedTimesSync> logger)
{
    /// <summary>How often the row of a detached session is refreshed, so that it does not expire while the session exists.</summary>
    private static readonly TimeSpan RefreshInterval = TimeSpan.FromDays(1);

    private static readonly ImmutableDictionary<TmuxSessionKey, AttachedTime> Empty = ImmutableDictionary<TmuxSessionKey, AttachedTime>.Empty;

    /// <summary>Stored rows by host. A host without an entry is not loaded yet.</summary>
    private readonly Dictionary<string, ImmutableDictionary<TmuxSessionKey, AttachedTime>> _stored = new(StringComparer.Ordinal);

    private bool _loaded;
    private StoreError? _lastReportedError;

    /// <summary>Imports the file of an older version and loads the rows of hosts not loaded yet, if any.</summary>
    /// <param name="watched">Names of the monitored hosts.</param>
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

        // Includes hosts not monitored: at start-up, connections created through the API are not loaded yet.
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
    /// Writes changes since the last write; the next call retries failed writes. Then drops hosts that are not monitored.
    /// </summary>
    /// <param name="watched">Names of the monitored hosts.</param>
    public async Task WriteAsync(IReadOnlyCollection<string> watched, CancellationToken stop)
    {
        List<AttachedSession> seen = [], removed = [];
        Dictionary<string, ImmutableDictionary<TmuxSessionKey, AttachedTime>> written = new(StringComparer.Ordinal);
        foreach (var (host, now) in times.Hosts)
        {
            var stored = _stored.GetValueOrDefault(host, Empty);
            var changed = now.Where(t => !stored.TryGetValue(t.Key, out var row) || IsDue(row, t.Value)).ToList();
            var ended = stored.Where(t => !now.ContainsKey(t.Key)).ToList();
            seen.AddRange(changed.Select(t => Row(host, t)));
            removed.AddRange(ended.Select(t => Row(host, t)));
            written[host] = stored.RemoveRange(ended.Select(t => t.Key)).SetItems(changed);
        }

        var result = await sessions.WriteAsync(seen, removed, stop).ConfigureAwait(false);
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

    /// <summary>Logs an error only when it differs from the last.</summary>
    private void Report(StoreError? error)
    {
        if (error is not null && error != _lastReportedError)
        {
            var reason = error.ToString();
            LogStore(reason);
        }

        _lastReportedError = error;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Attach times of tmux sessions cannot be loaded or written; retrying: {Reason}")]
    private partial void LogStore(string reason);
}
