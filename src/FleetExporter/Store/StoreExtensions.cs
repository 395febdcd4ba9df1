using FleetExporter.Config;
using FleetExporter.Metrics;

namespace FleetExporter.Store;

/// <summary>Registers the store: its database, its tables and the loop that keeps it open.</summary>
internal static class StoreExtensions
{
    /// <exception cref="IOException">The data folder cannot be read or written.</exception>
    /// <exception cref="UnauthorizedAccessException">The same.</exception>
    /// <exception cref="FormatException">The file of the instance is invalid.</exception>
    public static IServiceCollection AddStore(this IServiceCollection services, FleetConfig config) => services
        .AddExporterMetrics<StoreMetrics>()
        .AddExporterMetrics<EventMetrics>()
        .AddSingleton(ExporterInstance.Open(config.DataDir))
        .AddSingleton(s => Databases.Create(
            config.Store, config.DataDir, s.GetRequiredService<TimeProvider>(), s.GetRequiredService<StoreMetrics>()))
        .AddSingleton<AuditLog>()
        .AddSingleton<AccessTokens>()
        .AddSingleton<AttachedSessions>()
        .AddSingleton<Connections>()
        .AddSingleton<StoredTargets>()
        .AddSingleton<StoredLimits>()
        .AddSingleton<Projects>()
        .AddSingleton<Jobs>()
        .AddSingleton(s => new EventLog(s.GetRequiredService<Database>()))
        .AddSingleton<EventQueue>()
        .AddSingleton<EventWriter>()

        // They start before the loops that use the store, and stop after them.
        .AddHostedService<StoreWatch>()
        .AddHostedService(s => s.GetRequiredService<EventWriter>());
}
