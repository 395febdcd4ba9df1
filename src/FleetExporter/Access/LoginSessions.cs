using FleetExporter.Config;

namespace FleetExporter.Access;

/// <summary>
/// Login sessions of browsers: a secret represents the key used at login for 12 h, until logout or until the key is removed from fleet.yml.
/// <see cref="AccessTokensSync"/> preserves them across restarts.
/// </summary>
internal sealed class LoginSessions(KeyRing keys, TimeProvider clock)
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(12);

    public Secrets<AccessGrant> All { get; } = new(Lifetime, 10_000, clock);

    /// <returns>The secret of the new login session.</returns>
    public string Begin(KeyHash key) => All.New(new AccessGrant(key)).Secret;

    /// <returns>The caller with the current scopes of its key; null for an unknown login session.</returns>
    public Caller? Find(string secret) => CallerOf(All.Find(KeyHash.Of(secret)));

    /// <summary>Ends the login session.</summary>
    /// <returns>Its caller, null for an unknown login session, and the hash of the secret.</returns>
    public (Caller? Caller, KeyHash Hash) End(string secret)
    {
        var hash = KeyHash.Of(secret);
        return (CallerOf(All.Take(hash)), hash);
    }

    private Caller? CallerOf(AccessGrant? grant) => grant?.Key is { } key ? keys.Find(key) : null;
}
