using System.Net;
using FleetExporter.Config;

namespace FleetExporter.Access;

/// <summary>
/// Tickets for streams: each opens a stream within 60 s, and the same stream again for 12 h, from the same address, one at a time. This lets clients
/// that can only repeat their request, such as EventSource, reconnect. <see cref="AccessTokensSync"/> preserves used tickets across restarts.
/// </summary>
internal sealed class Tickets(KeyRing keys, TimeProvider clock)
{
    private const int MaxTickets = 10_000;

    /// <summary>Maximum used tickets per key, and of all anonymous callers, so that no key displaces the tickets of another.</summary>
    private const int MaxUsedPerKey = 100;

    private readonly Lock _lock = new();
    private readonly Secrets<AccessGrant> _new = new(TimeSpan.FromMinutes(1), MaxTickets, clock);

    /// <summary>Tickets that have opened a stream.</summary>
    public Secrets<AccessGrant> Used { get; } = new(TimeSpan.FromHours(12), MaxTickets, clock);

    public (string Ticket, DateTimeOffset Expires) New(Caller caller) => _new.New(new AccessGrant(caller.Key));

    /// <param name="from">Address of the request.</param>
    /// <param name="route">Route of the stream.</param>
    /// <param name="anonymous">Whether the request is allowed without a key.</param>
    /// <returns>
    /// The caller it was issued to, limited to reading; null when it is unknown or expired, was used from another address or for another route, or
    /// when its key was revoked.
    /// </returns>
    public Caller? Redeem(string ticket, IPAddress? from, string? route, bool anonymous)
    {
        if (ticket.Length is 0 or > 100 || Find(KeyHash.Of(ticket), $"{FailedAttempts.Site(from)}", route ?? "") is not { } grant)
        {
            return null;
        }

        var caller = grant.Key is { } key ? keys.Find(key) : anonymous ? Caller.Anonymous : null;
        return caller?.May(Scope.Read) == true ? caller with { Scopes = [Scope.Read], Stream = grant.Use() } : null;
    }

    private AccessGrant? Find(KeyHash hash, string address, string route)
    {
        lock (_lock)
        {
            if (_new.Take(hash) is { } first)
            {
                var used = first with { Address = address, Route = route };
                Used.Add(hash, used, TimeSpan.MaxValue);
                var ofKey = Used.All(clock.Now()).Where(t => t.Subject.Key == first.Key).OrderBy(t => t.Left).ToList();
                foreach (var (oldest, _, _) in ofKey.Take(ofKey.Count - MaxUsedPerKey))
                {
                    Used.Take(oldest);
                }

                return used;
            }

            return Used.Find(hash) is { } again && again.Address == address && again.Route == route ? again : null;
        }
    }
}
