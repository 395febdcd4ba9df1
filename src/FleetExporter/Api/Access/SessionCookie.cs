using FleetExporter.Access;
using FleetExporter.Config;

namespace FleetExporter.Api.Access;

/// <summary>The cookie that carries the secret of a browser's login session.</summary>
internal static class SessionCookie
{
    public const string Name = "fleet_session";

    /// <summary>Starts a login session and sets its cookie.</summary>
    public static void Begin(this LoginSessions sessions, HttpContext context, KeyHash key) =>
        context.Response.Cookies.Append(Name, sessions.Begin(key), Options(context, LoginSessions.Lifetime));

    /// <returns>The caller with its key's current scopes; null without a login session.</returns>
    public static Caller? Find(this LoginSessions sessions, HttpRequest request) => SecretOf(request) is { } secret ? sessions.Find(secret) : null;

    /// <summary>Ends the login session of the request, if it has one, and deletes its cookie.</summary>
    /// <returns>Its caller and hash; null if the request has none.</returns>
    public static (Caller? Caller, KeyHash? Hash) End(this LoginSessions sessions, HttpContext context)
    {
        context.Response.Cookies.Delete(Name, Options(context, null));
        return SecretOf(context.Request) is { } secret ? sessions.End(secret) : (null, null);
    }

    private static string? SecretOf(HttpRequest request) => request.Cookies[Name] is { Length: > 0 and < 100 } secret ? secret : null;

    private static CookieOptions Options(HttpContext context, TimeSpan? lifetime) => new()
    {
        HttpOnly = true,
        SameSite = SameSiteMode.Strict,
        Secure = context.Request.IsHttps,
        Path = "/",
        MaxAge = lifetime,
    };
}
