using FleetExporter.Metrics;

namespace FleetExporter.Alerting;

/// <summary>Registers the client of Alertmanager and the feed of its alerts.</summary>
internal static class AlertingExtensions
{
    public static IServiceCollection AddAlerting(this IServiceCollection services) => services
        .AddExporterMetrics<Watchdog>()
        .AddSingleton<AlertFeed>()
        .AddSingleton<Alertmanager>()
        .AddSingleton<AlertSync>()
        .AddHostedService(s => s.GetRequiredService<AlertSync>());
}
