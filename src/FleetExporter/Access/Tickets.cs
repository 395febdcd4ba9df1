using System.Net;
using FleetExporter.Config;

namespace FleetExporter.Access;

/// <summary>
/// Tickets for reading: each opens a stream within 60 s, and the same stream again for 12 h, from the same address, one at a time. So a client that
/// can only repeat its request, as EventSource, comes back after a break. <see cref="AccessTokensSync"/> brings those that were used over a restart.
/// </summary>
internal sealed class Tickets(KeyRing keys, TimeProvider clock)
{
    private const int Most = 10_000;

    /// <summary>Used tickets of one key, and of all who need none; the oldest goes first, so that no key ends the tickets of another.</summary>
    private const int MostOfKey = 100;

    private readonly Lock _lock = new();
    private readonly Secrets<AccessGrant> _new = new(TimeSpan.FromMinutes(1), Most, clock);

    /// <summary>Those that have opened a stream.</summary>
    public Secrets<AccessGrant> Used { get; } = new(TimeSpan.FromHours(12), Most, clock);

    public (string Ticket, DateTimeOffset Expires) New(Caller caller) => _new.New(new AccessGrant(caller.Key));

    /// <param name="from">Address of the request.</param>
    /// <param name="route">What it is to open.</param>
    /// <param name="anonymous">Whether the request could do without a key.</param>
    /// <returns>
    /// Who made it, reading only; null when it is unknown or over, was used from elsewhere or for something else, or what it was made with opens
    /// nothing any more.
    /// </returns>
    public Caller? Redeem(string ticket, IPAddress? from, string? route, bool anonymous)
    {
        if (ticket.Length is 0 or > 100 || Find(KeyHash.Of(ticket), $"{FailedAttempts.Site(from)}", route ?? "") is not { } grant)
        {
            return null;
        }

        var now = grant.Key is { } key ? keys.Find(key) : anonymous ? Caller.Anonymous : null;
        return now?.May(Scope.Read) == true ? now with { Scopes = [Scope.Read], Stream = grant.Use() } : null;
    }

    private AccessGrant? Find(KeyHash hash, string address, string route)
    {
        lock (_lock)
        {
            if (_new.Take(hash) is { } first)
            {
                var used = first with { Address = address, Route = route };
                Used.Add(hash, used, TimeSpan.MaxValue);
                var ofKey = Used.All(clock.Now()).Where(t => t.Meaning.Key == first.Key).OrderBy(t => t.Left).ToList();
                foreach (var (oldest, _, _) in ofKey.Take(ofKey.Count - MostOfKey))
                {
                    Used.Take(oldest);
                }

                return used;
            }

            return Used.Find(hash) is { } again && again.Address == address && again.Route == route ? again : null;
        }
    }
}
