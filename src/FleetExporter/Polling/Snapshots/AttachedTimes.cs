using System.Collections.Concurrent;
using System.Collections.Immutable;
using FleetExporter.Collectors;
using FleetExporter.Parsing;

namespace FleetExporter.Polling.Snapshots;

/// <summary>
/// When each tmux session was last seen attached, in memory. tmux reports when a client attached, not when it detached; without this a session whose
/// client has just detached after a week would look idle for a week. Thread-safe; nothing here waits.
/// </summary>
internal sealed class AttachedTimes
{
    private static readonly ImmutableDictionary<TmuxSessionKey, AttachedTime> Empty = ImmutableDictionary<TmuxSessionKey, AttachedTime>.Empty;

    private readonly ConcurrentDictionary<string, ImmutableDictionary<TmuxSessionKey, AttachedTime>> _hosts = new(StringComparer.Ordinal);

    /// <summary>By host; at most <see cref="RemoteLimits.Sessions"/> sessions each.</summary>
    public IReadOnlyDictionary<string, ImmutableDictionary<TmuxSessionKey, AttachedTime>> Hosts => _hosts;

    /// <summary>
    /// Records the attached sessions and removes those that ended. A user whose tmux server did not answer keeps its sessions.
    /// </summary>
    /// <param name="now">By the exporter's wall clock, in UTC.</param>
    /// <returns>The host's sessions that were seen attached.</returns>
    public ImmutableDictionary<TmuxSessionKey, AttachedTime> Update(string host, TmuxAnswer answer, DateTimeOffset now) =>
        _hosts.AddOrUpdate(host, _ => Updated(Empty, answer, now), (_, previous) => Updated(previous, answer, now));

    /// <summary>Adds the stored times of a host; of two times of a session, the later counts.</summary>
    public void Merge(string host, ImmutableDictionary<TmuxSessionKey, AttachedTime> stored) =>
        _hosts.AddOrUpdate(host, _ => Merged(Empty, stored), (_, previous) => Merged(previous, stored));

    /// <summary>Removes a host that is no longer watched.</summary>
    public void Remove(string host) => _hosts.TryRemove(host, out _);

    private static ImmutableDictionary<TmuxSessionKey, AttachedTime> Updated(
        ImmutableDictionary<TmuxSessionKey, AttachedTime> previous, TmuxAnswer answer, DateTimeOffset now)
    {
        // Milliseconds, as in the store, so that times do not change when they are loaded.
        var attachedAt = DateTimeOffset.FromUnixTimeMilliseconds(answer.HostTime.ToUnixTimeMilliseconds());
        var next = previous.ToBuilder();
        foreach (var server in answer.Servers.Where(s => s.Failure is null))
        {
            var sessions = server.Sessions.ToDictionary(s => TmuxSessionKey.Of(server.User, s));
            var user = TmuxSessionKey.NameOf(server.User);
            next.RemoveRange(previous.Keys.Where(k => k.User == user && !sessions.ContainsKey(k)));
            foreach (var (key, session) in sessions)
            {
                if (session.AttachedClients > 0)
                {
                    next[key] = new AttachedTime(attachedAt, now);
                }
                else if (next.TryGetValue(key, out var known))
                {
                    next[key] = known with { SeenAt = now };
                }
            }
        }

        return Limited(next);
    }

    private static ImmutableDictionary<TmuxSessionKey, AttachedTime> Merged(
        ImmutableDictionary<TmuxSessionKey, AttachedTime> previous, ImmutableDictionary<TmuxSessionKey, AttachedTime> stored)
    {
        var next = previous.ToBuilder();
        foreach (var (key, time) in stored)
        {
            next[key] = next.TryGetValue(key, out var known) ? known.Max(time) : time;
        }

        return Limited(next);
    }

    /// <summary>Drops the least recently seen sessions above the limit: each reading of a host may name other users.</summary>
    private static ImmutableDictionary<TmuxSessionKey, AttachedTime> Limited(ImmutableDictionary<TmuxSessionKey, AttachedTime>.Builder times)
    {
        if (times.Count > RemoteLimits.Sessions)
        {
            times.RemoveRange([.. times.OrderBy(t => t.Value.SeenAt).Take(times.Count - RemoteLimits.Sessions).Select(t => t.Key)]);
        }

        return times.ToImmutable();
    }
}
