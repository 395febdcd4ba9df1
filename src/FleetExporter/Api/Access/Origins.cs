using FleetExporter.Config;
using Microsoft.AspNetCore.Http;

namespace FleetExporter.Api.Access;

internal enum OriginVerdict
{
    Allowed,
    Refused,

    /// <summary>A browser asks whether it may send a GET with a key; the headers say so, and that is all of the answer.</summary>
    Preflight,
}

/// <summary>
/// What the Origin header of a request means, and the CORS headers of its answer. The session's cookie is for the service's own pages alone: it is
/// SameSite=Strict, and counts only where <see cref="IsOwn"/>.
/// </summary>
internal static class Origins
{
    /// <summary>
    /// Whether a page of the service itself sent the request, or no page. https with our host is our own page too: a proxy in front may speak TLS
    /// for us.
    /// </summary>
    public static bool IsOwn(HttpRequest request)
    {
        var given = request.Headers.Origin;
        return given.Count == 0
            || (given.Count == 1 && (given[0] == $"{request.Scheme}://{request.Host.Value}" || given[0] == $"https://{request.Host.Value}"));
    }

    public static OriginVerdict Judge(HttpContext context, FleetConfig config)
    {
        var request = context.Request;
        var given = request.Headers.Origin;
        if (config.CorsOrigins.Count > 0)
        {
            context.Response.Headers.Append("Vary", "Origin");
        }

        if (IsOwn(request))
        {
            return OriginVerdict.Allowed;
        }

        if (given.Count > 1 || !config.CorsOrigins.Contains(given[0]!, StringComparer.Ordinal))
        {
            return OriginVerdict.Refused;
        }

        var isPreflight = HttpMethods.IsOptions(request.Method) && request.Headers.AccessControlRequestMethod == HttpMethods.Get
            && !request.Path.StartsWithSegments("/debug");
        if (!isPreflight && !context.IsReadable())
        {
            return OriginVerdict.Refused;
        }

        var headers = context.Response.Headers;
        headers.AccessControlAllowOrigin = given[0];
        if (!isPreflight)
        {
            return OriginVerdict.Allowed;
        }

        headers.AccessControlAllowMethods = HttpMethods.Get;
        headers.AccessControlAllowHeaders = "Authorization, X-API-Key, Last-Event-ID";
        headers.AccessControlMaxAge = "600";
        return OriginVerdict.Preflight;
    }
}
