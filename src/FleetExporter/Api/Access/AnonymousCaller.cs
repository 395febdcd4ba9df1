using System.Net;
using FleetExporter.Access;
using FleetExporter.Config;
using Microsoft.AspNetCore.Http;

namespace FleetExporter.Api.Access;

/// <summary>Who makes a request without credentials: somebody on this machine, where <c>anonymous_read</c> allows that.</summary>
/// <param name="Caller">Null when a key is needed.</param>
/// <param name="Reason">What of the request keeps it from more, as a sentence; null when nothing of the request does.</param>
internal sealed record AnonymousCaller(Caller? Caller, string? Reason)
{
    private static readonly AnonymousCaller Nobody = new(null, null);

    public static AnonymousCaller Of(HttpContext context, FleetConfig config)
    {
        if (config is not { AnonymousRead: AnonymousAccess.Loopback, Listen.IsLoopback: true })
        {
            return Nobody;
        }

        if (context.Features.Get<ForwardedRequest>() is { Header: var header })
        {
            return new(null, $"Without a key only direct requests are served; this one has the header {header}, which a proxy adds.");
        }

        if (context.Connection.RemoteIpAddress is { } from && !IPAddress.IsLoopback(from))
        {
            return Nobody;
        }

        if (config.AnonymousControl == AnonymousAccess.Never)
        {
            return new(Caller.Anonymous, null);
        }

        return OfBrowser(context.Request) is { } browser
            ? new(Caller.Anonymous, $"Without a key no web page may act; this request has the header {browser}.")
            : new(Caller.AnonymousControl, null);
    }

    /// <summary>The header by which a browser says that a page sent the request; null when none does. What a person typed has none.</summary>
    private static string? OfBrowser(HttpRequest request) =>
        request.Headers.Origin.Count > 0 ? "Origin"
        : request.Headers["Sec-Fetch-Site"].Any(site => site is not ("same-origin" or "none")) ? "Sec-Fetch-Site"
        : null;
}
