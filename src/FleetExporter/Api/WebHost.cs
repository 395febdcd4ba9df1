using System.Net;
using FleetExporter.Access;
using FleetExporter.Alerting;
using FleetExporter.Api.Access;
using FleetExporter.Api.Actions;
using FleetExporter.Api.Alerts;
using FleetExporter.Api.Http;
using FleetExporter.Api.Resources;
using FleetExporter.Api.Streaming;
using FleetExporter.Config;
using FleetExporter.Control;
using FleetExporter.Control.Commands;
using FleetExporter.Control.Training;
using FleetExporter.Hosting;
using FleetExporter.Metrics;
using FleetExporter.Overview;
using FleetExporter.Polling;
using FleetExporter.Polling.Snapshots;
using FleetExporter.Polling.Targets;
using FleetExporter.Remote;
using FleetExporter.Remote.Ssh;
using FleetExporter.Simulation;
using FleetExporter.Store;
using FleetExporter.Views;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.ResponseCompression;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace FleetExporter.Api;

/// <summary>Composition root of the service: its dependencies, middleware and endpoints.</summary>
internal static class WebHost
{
    /// <param name="replace">Replaces services, such as the clock and the shells, in tests.</param>
    /// <param name="map">Adds routes, in tests.</param>
    /// <exception cref="IOException">The admin key cannot be read or created.</exception>
    /// <exception cref="UnauthorizedAccessException">The same.</exception>
    /// <exception cref="FormatException">The admin key, the instance or the certificate is invalid.</exception>
    public static WebApplication Build(
        LiveConfig config, string[] args, Action<IServiceCollection>? replace = null, Action<IEndpointRouteBuilder>? map = null)
    {
        var admin = AdminKey.Open(config.Current.DataDir);
        var instance = ServiceInstance.Open(config.Current.DataDir);
        var certificate = ServerCertificate.Open(config.Current.Tls);
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });

        // ASPNETCORE_FORWARDEDHEADERS_ENABLED would trust these headers from any peer; only trusted_proxies may.
        builder.Configuration["ForwardedHeaders_Enabled"] = "false";
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = BodyRules.MaxBytes;
            kestrel.Limits.MaxRequestHeadersTotalSize = 16 * 1024;
            kestrel.Limits.MaxRequestHeaderCount = 64;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(15);
            if (certificate is not null)
            {
                kestrel.ConfigureEndpointDefaults(endpoint => endpoint.UseHttps(certificate.Handshake()));
            }

            var listen = config.Current.Listen;
            if (listen.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase) && listen.Port != 0)
            {
                kestrel.ListenLocalhost(listen.Port);
            }
            else
            {
                kestrel.Listen(IPAddress.TryParse(listen.Host, out var address) ? address : IPAddress.Loopback, listen.Port);
            }
        });
        builder.Logging.ClearProviders().AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.TimestampFormat = "yyyy-MM-ddTHH:mm:ssZ ";
            console.UseUtcTimestamp = true;
        });
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);

        // The CLI reports a failed start in one line.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.Critical);
        builder.Services.AddServiceMetrics();
        AddServices(builder.Services, config);
        AddAccess(builder.Services, config, admin, instance);
        AddActions(builder.Services);
        if (certificate is not null)
        {
            builder.Services.AddSingleton(certificate).AddPagePart<ServerCertificate>().AddHostedService<CertificateWatch>();
        }

        builder.Services.AddStreaming();
        replace?.Invoke(builder.Services);

        var app = builder.Build();
        app.Services.CreateMetrics();
        app.UseMiddleware<HttpMetrics>();
        app.UseExceptionHandler();
        app.UseStatusCodePages(pages => Problem.Of(pages.HttpContext.Response.StatusCode).ExecuteAsync(pages.HttpContext));
        app.UseMiddleware<TrustedProxies>();
        app.UseMiddleware<OriginMiddleware>();
        app.UseResponseCompression();
        app.UseOperatorPage();
        app.UseMiddleware<AuthenticationMiddleware>();
        app.UseMiddleware<BodyRules>();
        app.UseWebSockets(WebSocketEndpoint.Options);
        MapRoutes(app);
        map?.Invoke(app);
        app.CheckAccess();

        app.Services.PublishAlerts();

        // Before requests drain, so that no command outlives the service.
        app.Lifetime.ApplicationStopping.Register(app.Services.GetRequiredService<RunningCommands>().StopAll);
        return app;
    }

    /// <summary>All routes except the web interface.</summary>
    private static void MapRoutes(WebApplication app)
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
        routes.MapRecent();
        routes.MapOverview();
        routes.MapDebug();
        routes.MapLogin();
        routes.MapAudit();
        routes.MapExec();
        routes.MapKill();
        routes.MapConnections();
        routes.MapWatching();
        routes.MapHistory();
        routes.MapProjects();
        routes.MapHooks();
        routes.MapAlerts();
        routes.MapJobs();
        routes.MapJobActions();
        routes.MapStreaming();
        routes.MapDocs();
        routes.MapApiDescription();
    }

    /// <summary>Authentication, audit, the store and jobs.</summary>
    private static void AddAccess(IServiceCollection services, LiveConfig config, AdminKey admin, ServiceInstance instance)
    {
        services.AddSingleton(admin);
        services.AddSingleton(instance);
        services.AddSingleton<KeyRing>();
        services.AddSingleton<FailedAttempts>();
        services.AddSingleton<LoginSessions>();
        services.AddSingleton<Tickets>();
        services.AddSingleton<CallRecorder>();
        services.AddSingleton<TrustedProxies>();
        services.AddSingleton<AuthenticationMiddleware>();
        services.AddSingleton<BodyRules>();
        services.AddSingleton<Audit>();
        services.AddSingleton(s => Databases.Create(
            config.Current.Store, config.Current.DataDir, s.GetRequiredService<TimeProvider>(), s.GetRequiredService<StoreMetrics>()));
        services.AddSingleton<AuditLog>();
        services.AddSingleton(new AccessTokenSeal(admin.SealingSecret)).AddSingleton<AccessTokens>();
        services.AddSingleton<AttachedSessions>();
        services.AddSingleton<Connections>();
        services.AddSingleton<Projects>();
        services.AddSingleton<Jobs>();
        services.AddSingleton<AccessTokensSync>();
        services.AddHostedService(s => s.GetRequiredService<AccessTokensSync>());
        services.AddHostedService<UnfinishedCalls>();
        services.AddSingleton<JobBoard>();
        services.AddSingleton<JobLocks>();
        services.AddSingleton<JobProgress>();
        services.AddSingleton<JobFollower>();
        services.AddHostedService(s => s.GetRequiredService<JobFollower>());
    }

    /// <summary>Actions on hosts, sessions, jobs and alerts.</summary>
    private static void AddActions(IServiceCollection services)
    {
        services.AddSingleton<RunningCommands>();
        services.AddSingleton<RunCommand>();
        services.AddSingleton<CancelCommand>();
        services.AddSingleton<ConfirmationTokens>();
        services.AddSingleton<WrongTokens>();
        services.AddSingleton<KillSession>();
        services.AddSingleton<WatchConnection>();
        services.AddSingleton<AcknowledgeAlert>();
        services.AddSingleton<JobPlaces>();
        services.AddSingleton<StartJob>();
        services.AddSingleton<CancelJob>();
        services.AddSingleton<ReadJobOutput>();
    }

    private static void AddServices(IServiceCollection services, LiveConfig config)
    {
        services.AddSingleton(config);
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<FleetState>();
        services.AddSingleton<ServicePage>();
        services.AddSingleton<OriginMiddleware>();
        services.AddSingleton<SshShells>();
        services.AddSingleton<AttachedTimes>();
        services.AddSingleton(s => new AttachedFile(
            Path.Combine(config.Current.DataDir, "attached.json"), s.GetRequiredService<ILogger<AttachedFile>>()));
        services.AddSingleton<AttachedTimesSync>();
        services.AddSingleton<Func<HostConfig, IShell>>(s => host =>
            host.Simulated is { } n ? new SimulatedShell(SimulatedHosts.At(n), s.GetRequiredService<TimeProvider>())
            : host.Address is { } address ? s.GetRequiredService<SshShells>().Create(address, host.Ssh) : new LocalShell());
        services.AddSingleton<LoopDependencies>();

        // Starts first: opens the store, or its circuit breaker.
        services.AddHostedService<StoreWatch>();
        services.AddSingleton<Fleet>();
        services.AddSingleton<Watchlist>();
        services.AddSingleton<RecentValues>();
        services.AddHostedService(s => s.GetRequiredService<RecentValues>());
        services.AddSingleton<TargetSet>();
        services.AddSingleton<DeviceSet>();
        services.AddSingleton<AlertFeed>();
        services.AddSingleton<Alertmanager>();
        services.AddSingleton<AlertWatch>();
        services.AddHostedService(s => s.GetRequiredService<AlertWatch>());
        services.AddPagePart<JobBoard>().AddPagePart<DeviceSet>();
        services.AddSingleton<HostViews>();
        services.AddSingleton<OverviewBuilder>();

        // Before FleetService: loads the attached times before the first reading and writes them after the last one.
        services.AddHostedService<AttachedTimesService>();
        services.AddHostedService<FleetService>();
        services.AddHostedService<WatchlistService>();
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
    }

    private static IServiceCollection AddPagePart<T>(this IServiceCollection services)
        where T : class, IPagePart => services.AddSingleton<IPagePart>(s => s.GetRequiredService<T>());
}
