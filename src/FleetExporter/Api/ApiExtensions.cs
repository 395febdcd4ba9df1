using FleetExporter.Api.Access;
using FleetExporter.Api.Actions;
using FleetExporter.Api.Alerts;
using FleetExporter.Api.Http;
using FleetExporter.Api.Monitoring;
using FleetExporter.Api.Onboarding;
using FleetExporter.Api.Resources;
using FleetExporter.Api.Streaming;
using FleetExporter.Metrics;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.ResponseCompression;

namespace FleetExporter.Api;

/// <summary>Registers the HTTP side: its services, the middleware in order, and all routes.</summary>
internal static class ApiExtensions
{
    public static IServiceCollection AddApi(this IServiceCollection services)
    {
        services.AddExporterMetrics<HttpMetrics>();
        services.AddSingleton<ExporterPage>();
        services.AddSingleton<HostJson>();
        services.AddSingleton<OriginMiddleware>();
        services.AddSingleton<TrustedProxies>();
        services.AddSingleton<AuthenticationMiddleware>();
        services.AddSingleton<BodyRules>();
        services.AddSingleton<CallRecorder>();
        services.AddProblemDetails();
        services.AddApiDescription();
        services.ConfigureHttpJsonOptions(json => ApiJson.Configure(json));
        services.AddResponseCompression(compression =>
        {
            compression.EnableForHttps = true;
            compression.MimeTypes = [.. ResponseCompressionDefaults.MimeTypes, "application/openmetrics-text", "application/problem+json"];
            compression.Providers.Add<GzipCompressionProvider>();
        });
        services.Configure<GzipCompressionProviderOptions>(gzip => gzip.Level = System.IO.Compression.CompressionLevel.Fastest);
        return services;
    }

    /// <summary>The way of a request: metrics, errors, proxies, origin, static files, the caller's identity, the body.</summary>
    public static void UseApi(this WebApplication app)
    {
        app.UseMiddleware<HttpMetrics>();
        app.UseExceptionHandler();
        app.UseStatusCodePages(pages => Problem.Of(pages.HttpContext.Response.StatusCode).ExecuteAsync(pages.HttpContext));
        app.UseMiddleware<TrustedProxies>();
        app.UseMiddleware<OriginMiddleware>();
        app.UseOperatorPage();
        app.UseResponseCompression();
        app.UseMiddleware<AuthenticationMiddleware>();
        app.UseMiddleware<BodyRules>();
        app.UseWebSockets(WebSocketEndpoint.Options);
    }

    /// <summary>All routes except the web interface.</summary>
    public static void MapApi(this WebApplication app)
    {
        var routes = app.MapGroup("");

        // Source-generated request delegates add accepts metadata without a type where a parameter might be a service.
        // It would break the OpenAPI document and answer 415 to other content types; the routes read their bodies themselves.
        ((IEndpointConventionBuilder)routes).Finally(static route =>
        {
            var untyped = route.Metadata.OfType<IAcceptsMetadata>().Where(a => a.RequestType is null || a.RequestType == typeof(void)).ToList();
            untyped.ForEach(metadata => route.Metadata.Remove(metadata));
        });
        routes.MapMetrics();
        routes.MapOperations();
        routes.MapHosts();
        routes.MapHostDetail();
        routes.MapGpus();
        routes.MapRecent();
        routes.MapValueHistory();
        routes.MapOverview();
        routes.MapDebug();
        routes.MapLogin();
        routes.MapAudit();
        routes.MapEvents();
        routes.MapExec();
        routes.MapKill();
        routes.MapGpuRelease();
        routes.MapConnections();
        routes.MapWatching();
        routes.MapTargets();
        routes.MapTargetTry();
        routes.MapProbe();
        routes.MapTrust();
        routes.MapSshKeys();
        routes.MapTransfer();
        routes.MapHistory();
        routes.MapMonitoring();
        routes.MapAgents();
        routes.MapCosts();
        routes.MapThresholds();
        routes.MapBudgets();
        routes.MapProjects();
        routes.MapHooks();
        routes.MapAlerts();
        routes.MapJobs();
        routes.MapJobActions();
        routes.MapGpuStream();
        routes.MapWebSocket();
        routes.MapPush();
        routes.MapDocs();
        routes.MapApiDescription();
    }
}
