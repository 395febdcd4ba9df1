using System.Net;
using FleetExporter.Api.Access;
using FleetExporter.Api.Http;
using FleetExporter.Config;

namespace FleetExporter.Api;

/// <summary>
/// Rejects requests from web pages of other sites: the Host header must name this service (against DNS rebinding), and a request with an Origin
/// must come from the service's own pages, or be a read from a page of <c>cors_origins</c>. Also sets the security headers.
/// </summary>
internal sealed class OriginMiddleware(LiveConfig config) : IMiddleware
{
    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        var headers = context.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers.XFrameOptions = "DENY";
        headers.ContentSecurityPolicy = "default-src 'none'; frame-ancestors 'none'";
        if (context.GetEndpoint() is not null)
        {
            headers.CacheControl = "no-store";
        }

        if (!IsOwnName(context.Request.Host.Host))
        {
            await Problem.Of(421, "Unknown host", "The Host header does not name this service. "
                + "If it should, add the name to allowed_hosts in fleet.yml.")
                .ExecuteAsync(context).ConfigureAwait(false);
            return;
        }

        switch (Origins.Judge(context, config.Current))
        {
            case OriginVerdict.Refused:
                await Problem.Of(
                    403, "Origin not allowed", "Cross-origin requests are rejected; origins in cors_origins of fleet.yml may read.")
                    .ExecuteAsync(context).ConfigureAwait(false);
                return;
            case OriginVerdict.Preflight:
                context.Response.StatusCode = StatusCodes.Status204NoContent;
                return;
        }

        await next(context).ConfigureAwait(false);
    }

    private bool IsOwnName(string host)
    {
        var name = host.Trim('[', ']');
        return name.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(name, out var ip) && IPAddress.IsLoopback(ip))
            || name.Equals(config.Current.Listen.Host, StringComparison.OrdinalIgnoreCase)
            || config.Current.AllowedHosts.Contains(name, StringComparer.OrdinalIgnoreCase);
    }
}
