using System.Net;
using FleetExporter.Api.Access;
using FleetExporter.Config;
using FleetExporter.Metrics;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace FleetExporter.Api;

/// <summary>Kestrel with its limits, addresses and certificate, and the console log.</summary>
internal static class WebServer
{
    /// <exception cref="FormatException">The certificate is invalid.</exception>
    /// <exception cref="IOException">The certificate cannot be read.</exception>
    public static WebApplicationBuilder CreateBuilder(FleetConfig config, string[] args)
    {
        var certificate = ServerCertificate.Open(config.Tls);
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });

        // ASPNETCORE_FORWARDEDHEADERS_ENABLED would trust these headers from any peer; only trusted_proxies may.
        builder.Configuration["ForwardedHeaders_Enabled"] = "false";
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            Limit(kestrel);
            if (certificate is not null)
            {
                kestrel.ConfigureEndpointDefaults(endpoint => endpoint.UseHttps(certificate.Handshake()));
            }

            Listen(kestrel, config.Listen);
        });
        if (certificate is not null)
        {
            builder.Services.AddSingleton(certificate).AddPagePart<ServerCertificate>().AddHostedService<CertificateWatch>();
        }

        ConfigureLog(builder.Logging);
        return builder;
    }

    private static void Limit(KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = BodyRules.MaxBytes;
        kestrel.Limits.MaxRequestHeadersTotalSize = 16 * 1024;
        kestrel.Limits.MaxRequestHeaderCount = 64;
        kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(15);
    }

    private static void Listen(KestrelServerOptions kestrel, ListenAddress listen)
    {
        if (listen.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase) && listen.Port != 0)
        {
            kestrel.ListenLocalhost(listen.Port);
        }
        else
        {
            kestrel.Listen(IPAddress.TryParse(listen.Host, out var address) ? address : IPAddress.Loopback, listen.Port);
        }
    }

    private static void ConfigureLog(ILoggingBuilder logging)
    {
        logging.ClearProviders().AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.TimestampFormat = "yyyy-MM-ddTHH:mm:ssZ ";
            console.UseUtcTimestamp = true;
        });
        logging.AddFilter("Microsoft", LogLevel.Warning);

        // The CLI reports a failed start in one line.
        logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.Critical);
    }
}
