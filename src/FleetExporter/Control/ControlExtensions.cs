using FleetExporter.Config;
using FleetExporter.Metrics;

namespace FleetExporter.Control;

/// <summary>Registers the watchlist, the audit, and the actions on sessions, connections and alerts.</summary>
internal static class ControlExtensions
{
    public static IServiceCollection AddControl(this IServiceCollection services, FleetConfig config) => services
        .AddExporterMetrics<ControlMetrics>()
        .AddSingleton<Audit>()
        .AddHostedService<UnfinishedCalls>()
        .AddSingleton<ConfirmationTokens>()
        .AddSingleton<WrongTokens>()
        .AddSingleton<KillSession>()
        .AddSingleton<WatchConnection>()
        .AddSingleton<AcknowledgeAlert>()
        .AddSingleton<ReleaseGpus>()
        .AddSingleton(s => new AttachedFile(Path.Combine(config.DataDir, "attached.json"), s.GetRequiredService<ILogger<AttachedFile>>()))
        .AddSingleton<AttachedTimesSync>()
        .AddSingleton<TargetList>()
        .AddSingleton<TargetEdits>()
        .AddSingleton<LimitList>()
        .AddSingleton<BudgetPage>()
        .AddPagePart<BudgetPage>()
        .AddSingleton<Watchlist>()

        // Before FleetStartup: loads the attached times before the first reading and writes them after the last one.
        .AddHostedService<AttachedTimesService>()
        .AddHostedService<FleetStartup>()
        .AddHostedService<WatchlistService>();
}
