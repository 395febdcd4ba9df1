using FleetExporter.Config;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using IPNetwork = System.Net.IPNetwork;

namespace FleetExporter.Api.Access;

/// <summary>The request said on arrival that it came through a proxy, trusted or not.</summary>
/// <param name="Header">The header that said so.</param>
internal sealed record ForwardedRequest(string Header);

/// <summary>
/// Takes address, scheme and host of the client from X-Forwarded-For, -Proto and -Host where the peer is one of <c>trusted_proxies</c>, through as
/// many of them as the request came. From any other peer these headers change nothing.
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

    /// <summary>The framework's middleware, made again when a reload has changed the list. With an empty one it would believe everybody.</summary>
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

        // Loopback is trusted by default.
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
