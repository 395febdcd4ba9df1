using FleetExporter.Config;

namespace FleetExporter.Api.Access;

internal enum OriginVerdict
{
    Allowed,
    Refused,

    /// <summary>CORS preflight for a GET with a key: the response is the headers, without a body.</summary>
    Preflight,
}

/// <summary>
/// Checks the Origin header and sets the CORS response headers. The session cookie works for the service's own pages only: it is
/// SameSite=Strict, and ignored unless <see cref="IsOwn"/>.
/// </summary>
internal static class Origins
{
    /// <summary>
    /// Whether the request is same-origin or has no Origin. https with our host is accepted too: a reverse proxy may
    /// terminate TLS.
    /// </summary>
    public static bool IsOwn(HttpRequest request)
    {
        var origins = request.Headers.Origin;
        return origins.Count == 0
            || (origins.Count == 1 && (origins[0] == $"{request.Scheme}://{request.Host.Value}" || origins[0] == $"https://{request.Host.Value}"));
    }

    public static OriginVerdict Judge(HttpContext context, FleetConfig config)
    {
        var request = context.Request;
        var origins = request.Headers.Origin;
        if (config.CorsOrigins.Count > 0)
        {
            context.Response.Headers.Append("Vary", "Origin");
        }

        if (IsOwn(request))
        {
            return OriginVerdict.Allowed;
        }

        if (origins.Count > 1 || !config.CorsOrigins.Contains(origins[0]!, StringComparer.Ordinal))
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
        headers.AccessControlAllowOrigin = origins[0];
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
