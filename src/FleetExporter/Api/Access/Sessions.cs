using FleetExporter.Config;
using Microsoft.AspNetCore.Http;

namespace FleetExporter.Api.Access;

/// <summary>
/// Sessions of browsers: a cookie stands for the key that was given at login, for 12 h, until logout or the key's removal from fleet.yml.
/// <see cref="AccessTokensSync"/> brings them over a restart.
/// </summary>
internal sealed class Sessions(KeyRing keys, TimeProvider clock)
{
    public const string Cookie = "fleet_session";

    private static readonly TimeSpan Life = TimeSpan.FromHours(12);

    public Secrets<AccessGrant> All { get; } = new(Life, 10_000, clock);

    /// <summary>Begins a session and sets its cookie.</summary>
    public void Begin(HttpContext context, KeyHash key)
    {
        var (secret, _) = All.New(new AccessGrant(key));
        context.Response.Cookies.Append(Cookie, secret, Options(context, Life));
    }

    /// <returns>The caller with the scopes its key has now; null without a session.</returns>
    public Caller? Find(HttpRequest request) => HashOf(request) is { } hash ? CallerOf(All.Find(hash)) : null;

    /// <summary>Ends the session of the request, if it has one.</summary>
    /// <returns>Whose it was, and its hash; null where the request names none.</returns>
    public (Caller? Caller, KeyHash? Hash) End(HttpContext context)
    {
        var hash = HashOf(context.Request);
        var caller = hash is null ? null : CallerOf(All.Take(hash));
        context.Response.Cookies.Delete(Cookie, Options(context, null));
        return (caller, hash);
    }

    private static KeyHash? HashOf(HttpRequest request) => request.Cookies[Cookie] is { Length: > 0 and < 100 } secret ? KeyHash.Of(secret) : null;

    private Caller? CallerOf(AccessGrant? grant) => grant?.Key is { } key ? keys.Find(key) : null;

    private static CookieOptions Options(HttpContext context, TimeSpan? life) => new()
    {
        HttpOnly = true,
        SameSite = SameSiteMode.Strict,
        Secure = context.Request.IsHttps,
        Path = "/",
        MaxAge = life,
    };
}
