using FleetExporter.Access;
using FleetExporter.Config;

namespace FleetExporter.Api.Access;

/// <summary>The caller of a request without credentials: a local client, if <c>anonymous_read</c> allows it.</summary>
/// <param name="Caller">Null when a key is needed.</param>
/// <param name="Reason">Why this request gets fewer rights, as a sentence; null if it does not.</param>
internal sealed record AnonymousCaller(Caller? Caller, string? Reason)
{
    private static readonly AnonymousCaller NoAccess = new(null, null);

    public static AnonymousCaller Of(HttpContext context, FleetConfig config)
    {
        if (config is not { AnonymousRead: AnonymousAccess.Loopback, Listen.IsLoopback: true })
        {
            return NoAccess;
        }

        if (LocalRequest.ForwardedBy(context) is { } header)
        {
            return new(null, $"Without a key only direct requests are served; this one has the header {header}, which a proxy adds.");
        }

        if (!LocalRequest.IsFromLoopback(context))
        {
            return NoAccess;
        }

        if (config.AnonymousControl == AnonymousAccess.Never)
        {
            return new(Caller.Anonymous, null);
        }

        return OfBrowser(context.Request) is { } browser
            ? new(Caller.Anonymous, $"Without a key no web page may act; this request has the header {browser}.")
            : new(Caller.AnonymousControl, null);
    }

    /// <summary>The header that marks a request sent by a web page; null if absent, as for an address typed by the user.</summary>
    private static string? OfBrowser(HttpRequest request) =>
        request.Headers.Origin.Count > 0 ? "Origin"
        : request.Headers["Sec-Fetch-Site"].Any(site => site is not ("same-origin" or "none")) ? "Sec-Fetch-Site"
        : null;
}
