using FleetExporter.Metrics;

namespace FleetExporter.Hosting;

/// <summary>Registers what background loops depend on.</summary>
internal static class HostingExtensions
{
    public static IServiceCollection AddHosting(this IServiceCollection services) => services
        .AddExporterMetrics<LoopMetrics>()
        .AddSingleton<LoopDependencies>();
}
