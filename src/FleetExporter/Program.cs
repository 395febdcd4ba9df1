using System.CommandLine;
using FleetExporter.Access;
using FleetExporter.Alerting;
using FleetExporter.Api;
using FleetExporter.Api.Access;
using FleetExporter.Cli;
using FleetExporter.Config;
using FleetExporter.Control;
using FleetExporter.Control.Commands;
using FleetExporter.Control.Training;
using FleetExporter.Events;
using FleetExporter.History;
using FleetExporter.Hosting;
using FleetExporter.Metrics;
using FleetExporter.Onboarding;
using FleetExporter.Overview;
using FleetExporter.Polling;
using FleetExporter.Polling.Targets;
using FleetExporter.Remote;
using FleetExporter.Remote.Ssh;
using FleetExporter.Simulation;
using FleetExporter.Store;
using FleetExporter.Streaming;
using FleetExporter.Views;

namespace FleetExporter;

/// <summary>Entry point and composition: what the service consists of, from the lowest room to the highest.</summary>
internal static class Program
{
    /// <summary>Longest orderly shutdown; values that outlive a restart are saved last.</summary>
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(30);

    public static Task<int> Main(string[] args)
    {
        NativeMemory.ShareHeap();
        return CommandLine.Create(config => Build(config, []))
            .Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = StopTimeout });
    }

    /// <param name="replace">Replaces services, such as the clock and the shells, in tests.</param>
    /// <param name="map">Adds routes, in tests.</param>
    /// <exception cref="IOException">A file of the data folder cannot be read or created.</exception>
    /// <exception cref="UnauthorizedAccessException">The same.</exception>
    /// <exception cref="FormatException">The admin key, the instance or the certificate is invalid.</exception>
    public static WebApplication Build(
        LiveConfig config, string[] args, Action<IServiceCollection>? replace = null, Action<IEndpointRouteBuilder>? map = null)
    {
        var builder = WebServer.CreateBuilder(config.Current, args);
        builder.Services
            .AddSingleton(config)
            .AddSingleton(TimeProvider.System)
            .AddMetrics(ExporterPage.Limited)
            .AddHosting()
            .AddServiceManager()
            .AddStore(config.Current)
            .AddSingleton<SshShells>()
            .AddSingleton(ShellFactory)
            .AddPolling()
            .AddTargets()
            .AddHistory()
            .AddAlerting()
            .AddAccess(config.Current)
            .AddControl(config.Current)
            .AddCommands()
            .AddTraining()
            .AddOnboarding()
            .AddSingleton<HostViews>()
            .AddSingleton<OverviewBuilder>()
            .AddEvents()
            .AddStreaming()
            .AddApi();
        replace?.Invoke(builder.Services);

        var app = builder.Build();
        app.Services.CreateMetrics();
        app.Services.RecordEvents();
        app.Services.PublishAlerts();
        app.Services.PublishEvents();
        app.UseApi();
        app.MapApi();
        map?.Invoke(app);
        app.CheckAccess();

        // Before requests drain, so that no command outlives the service.
        app.Lifetime.ApplicationStopping.Register(app.Services.GetRequiredService<RunningCommands>().StopAll);
        return app;
    }

    /// <summary>How each host is asked: simulated, over SSH, or on this machine.</summary>
    private static Func<HostConfig, IShell> ShellFactory(IServiceProvider services) => host =>
        host.Simulated is { } n ? new SimulatedShell(SimulatedHosts.At(n) with { Units = host.Units }, services.GetRequiredService<TimeProvider>())
        : host.Address is { } address ? services.GetRequiredService<SshShells>().Create(address, host.Ssh) : new LocalShell();
}
