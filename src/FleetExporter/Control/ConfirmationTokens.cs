using System.Security.Cryptography;
using System.Text;

namespace FleetExporter.Control;

/// <summary>
/// One-time tokens that confirm a kill: each is bound to one session, the caller's key and the force flag, works once and expires after a
/// minute. In memory only: a restart invalidates all of them.
/// </summary>
internal sealed class ConfirmationTokens(TimeProvider clock)
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(60);

    /// <summary>The oldest are evicted beyond this.</summary>
    private const int MaxTokens = 1000;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Grant> _grants = new(StringComparer.Ordinal);
    private readonly Queue<string> _order = new();

    /// <param name="caller">Name of the caller's key.</param>
    /// <returns>The token, 256 random bits in hex, and its expiry.</returns>
    public (string Token, DateTimeOffset ExpiresAt) New(string caller, SessionTarget session, bool force)
    {
        var token = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        var expires = clock.Now() + Lifetime;
        lock (_lock)
        {
            // Equal lifetimes, so the oldest expire first.
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

    /// <summary>Consumes the token, whether or not it matches.</summary>
    /// <returns>
    /// The session as it was when the token was issued; null if expired or not this caller's token for this host, user and session.
    /// </returns>
    public SessionTarget? Take(string token, string caller, string host, string user, string sessionId, bool force)
    {
        lock (_lock)
        {
            // Looked up by hash, so timing reveals nothing about the token.
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
