using System.Net;
using FleetExporter.Api.Access;
using FleetExporter.Api.Http;
using FleetExporter.Config;
using Microsoft.AspNetCore.Http;

namespace FleetExporter.Api;

/// <summary>
/// Keeps web pages of other sites out: the Host header must be a name of this service (so that DNS rebinding does not work), and a request that
/// carries an Origin must come from a page of the service itself, or read for a page of <c>cors_origins</c>.
/// </summary>
internal sealed class Guard(LiveConfig config) : IMiddleware
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

        if (!IsOurs(context.Request.Host.Host))
        {
            await Problem.Of(421, "Unknown host", "This service does not answer for the host name of the request. "
                + "Add it to allowed_hosts in fleet.yml if it should.")
                .ExecuteAsync(context).ConfigureAwait(false);
            return;
        }

        switch (Origins.Judge(context, config.Current))
        {
            case OriginVerdict.Refused:
                await Problem.Of(403, "Foreign origin", "A page of another site may not use this service.")
                    .ExecuteAsync(context).ConfigureAwait(false);
                return;
            case OriginVerdict.Preflight:
                context.Response.StatusCode = StatusCodes.Status204NoContent;
                return;
        }

        await next(context).ConfigureAwait(false);
    }

    private bool IsOurs(string host)
    {
        var name = host.Trim('[', ']');
        return name.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(name, out var ip) && IPAddress.IsLoopback(ip))
            || name.Equals(config.Current.Listen.Host, StringComparison.OrdinalIgnoreCase)
            || config.Current.AllowedHosts.Contains(name, StringComparer.OrdinalIgnoreCase);
    }
}
