using FleetExporter.Config;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Options;
using IPNetwork = System.Net.IPNetwork;

namespace FleetExporter.Api.Access;

/// <summary>The request arrived with a forwarding header, trusted or not.</summary>
/// <param name="Header">The header's name.</param>
internal sealed record ForwardedRequest(string Header);

/// <summary>
/// Takes the client's address, scheme and host from X-Forwarded-For, -Proto and -Host if the peer is in <c>trusted_proxies</c>, across any
/// number of such proxies. From other peers these headers are ignored.
/// </summary>
internal sealed class TrustedProxies(LiveConfig config, ILoggerFactory loggers) : IMiddleware
{
    private volatile Applied? _applied;

    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        if (context.Request.Headers.Keys.FirstOrDefault(IsForwarding) is { } header)
        {
            context.Features.Set(new ForwardedRequest(header));
            if (config.Current.TrustedProxies is { Count: > 0 } proxies)
            {
                HeadersOf(proxies).ApplyForwarders(context);
            }
        }

        return next(context);
    }

    private static bool IsForwarding(string header) =>
        header.Equals("Forwarded", StringComparison.OrdinalIgnoreCase) || header.StartsWith("X-Forwarded-", StringComparison.OrdinalIgnoreCase);

    /// <summary>The framework's middleware, recreated if a reload changes the list. With an empty list it would trust any peer.</summary>
    private ForwardedHeadersMiddleware HeadersOf(ValueList<IPNetwork> proxies)
    {
        if (_applied is { } applied && applied.Proxies.Equals(proxies))
        {
            return applied.Headers;
        }

        var options = new ForwardedHeadersOptions
        {
            ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto | ForwardedHeaders.XForwardedHost,
            ForwardLimit = null,
        };

        // Removes loopback, the default.
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        foreach (var proxy in proxies)
        {
            options.KnownIPNetworks.Add(proxy);
        }

        var headers = new ForwardedHeadersMiddleware(static _ => Task.CompletedTask, loggers, Options.Create(options));
        _applied = new Applied(proxies, headers);
        return headers;
    }

    private sealed record Applied(ValueList<IPNetwork> Proxies, ForwardedHeadersMiddleware Headers);
}
