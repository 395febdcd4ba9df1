using System.Collections.Concurrent;
using System.Collections.Immutable;
using FleetExporter.Collectors;
using FleetExporter.Parsing;

namespace FleetExporter.Polling.Snapshots;

/// <summary>
/// When each tmux session was last seen attached, in memory. tmux reports when a client attached, not when it left; without this a session whose
/// client has just left after a week would look a week old. Thread-safe; nothing here waits.
/// </summary>
internal sealed class AttachedTimes
{
    private static readonly ImmutableDictionary<TmuxSessionKey, AttachedTime> Empty = ImmutableDictionary<TmuxSessionKey, AttachedTime>.Empty;

    private readonly ConcurrentDictionary<string, ImmutableDictionary<TmuxSessionKey, AttachedTime>> _hosts = new(StringComparer.Ordinal);

    /// <summary>By host; at most <see cref="RemoteLimits.Sessions"/> sessions each.</summary>
    public IReadOnlyDictionary<string, ImmutableDictionary<TmuxSessionKey, AttachedTime>> Hosts => _hosts;

    /// <summary>
    /// Records the sessions that are attached and forgets those that are gone. A user whose tmux server did not answer keeps its sessions.
    /// </summary>
    /// <param name="now">By our wall clock, in UTC.</param>
    /// <returns>The sessions of the host that were ever seen attached.</returns>
    public ImmutableDictionary<TmuxSessionKey, AttachedTime> Update(string host, TmuxAnswer answer, DateTimeOffset now) =>
        _hosts.AddOrUpdate(host, _ => Updated(Empty, answer, now), (_, before) => Updated(before, answer, now));

    /// <summary>Adds the stored times of a host. Where a session has both, the later times count.</summary>
    public void Merge(string host, ImmutableDictionary<TmuxSessionKey, AttachedTime> stored) =>
        _hosts.AddOrUpdate(host, _ => Merged(Empty, stored), (_, before) => Merged(before, stored));

    /// <summary>Forgets a host that is no longer watched.</summary>
    public void Remove(string host) => _hosts.TryRemove(host, out _);

    private static ImmutableDictionary<TmuxSessionKey, AttachedTime> Updated(
        ImmutableDictionary<TmuxSessionKey, AttachedTime> before, TmuxAnswer answer, DateTimeOffset now)
    {
        // Milliseconds, as in the store: a time does not change when it is loaded again.
        var attachedAt = DateTimeOffset.FromUnixTimeMilliseconds(answer.HostTime.ToUnixTimeMilliseconds());
        var after = before.ToBuilder();
        foreach (var server in answer.Servers.Where(s => s.Failure is null))
        {
            var sessions = server.Sessions.ToDictionary(s => TmuxSessionKey.Of(server.User, s));
            var user = TmuxSessionKey.NameOf(server.User);
            after.RemoveRange(before.Keys.Where(k => k.User == user && !sessions.ContainsKey(k)));
            foreach (var (key, session) in sessions)
            {
                if (session.AttachedClients > 0)
                {
                    after[key] = new AttachedTime(attachedAt, now);
                }
                else if (after.TryGetValue(key, out var known))
                {
                    after[key] = known with { SeenAt = now };
                }
            }
        }

        return Limited(after);
    }

    private static ImmutableDictionary<TmuxSessionKey, AttachedTime> Merged(
        ImmutableDictionary<TmuxSessionKey, AttachedTime> before, ImmutableDictionary<TmuxSessionKey, AttachedTime> stored)
    {
        var after = before.ToBuilder();
        foreach (var (key, time) in stored)
        {
            after[key] = after.TryGetValue(key, out var known) ? known.Max(time) : time;
        }

        return Limited(after);
    }

    /// <summary>Forgets the sessions that were seen longest ago where there are too many: each reading of a host may name other users.</summary>
    private static ImmutableDictionary<TmuxSessionKey, AttachedTime> Limited(ImmutableDictionary<TmuxSessionKey, AttachedTime>.Builder times)
    {
        if (times.Count > RemoteLimits.Sessions)
        {
            times.RemoveRange([.. times.OrderBy(t => t.Value.SeenAt).Take(times.Count - RemoteLimits.Sessions).Select(t => t.Key)]);
        }

        return times.ToImmutable();
    }
}
