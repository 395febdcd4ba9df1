using System.Security.Cryptography;
using System.Text;

namespace FleetExporter.Control;

/// <summary>
/// One-time tokens that confirm a kill: each is bound to one session, to the caller's key and to whether it was forced, works once, and for a
/// minute. Kept in memory only: a restart takes all of them back.
/// </summary>
internal sealed class ConfirmationTokens(TimeProvider clock)
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(60);

    /// <summary>More are not kept: the oldest go first.</summary>
    private const int MaxTokens = 1000;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Grant> _grants = new(StringComparer.Ordinal);
    private readonly Queue<string> _order = new();

    /// <param name="caller">Name of the caller's key.</param>
    /// <returns>The token, 256 random bits in hex, and when it ends.</returns>
    public (string Token, DateTimeOffset ExpiresAt) New(string caller, SessionTarget session, bool force)
    {
        var token = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        var expires = clock.Now() + Lifetime;
        lock (_lock)
        {
            // All live equally long, so the oldest end first.
            while (_order.TryPeek(out var oldest)
                && (_order.Count >= MaxTokens || !_grants.TryGetValue(oldest, out var old) || old.ExpiresAt <= clock.Now()))
            {
                _grants.Remove(_order.Dequeue());
            }

            _order.Enqueue(Hash(token));
            _grants.Add(Hash(token), new Grant(caller, session, force, expires));
        }

        return (token, expires.Time);
    }

    /// <summary>Takes the token; it is gone afterwards, whether it fitted or not.</summary>
    /// <returns>
    /// The session as it was when the token was made; null when it is not this caller's token for this host, user and session, or too old.
    /// </returns>
    public SessionTarget? Take(string token, string caller, string host, string user, string sessionId, bool force)
    {
        lock (_lock)
        {
            // Looked up by its hash: how long that takes says nothing about the token.
            return _grants.Remove(Hash(token), out var grant)
                && grant.ExpiresAt > clock.Now()
                && grant.Caller == caller
                && grant.Force == force
                && (grant.Session.Host, grant.Session.User, grant.Session.SessionId) == (host, user, sessionId)
                    ? grant.Session
                    : null;
        }
    }

    private static string Hash(string token) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(token)));

    private sealed record Grant(string Caller, SessionTarget Session, bool Force, Instant ExpiresAt);
}
