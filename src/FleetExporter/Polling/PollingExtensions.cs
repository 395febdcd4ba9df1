using FleetExporter.Metrics;
using FleetExporter.Polling.Snapshots;

namespace FleetExporter.Polling;

/// <summary>Registers the monitors of hosts and devices, and what they collect.</summary>
internal static class PollingExtensions
{
    public static IServiceCollection AddPolling(this IServiceCollection services) => services
        .AddExporterMetrics<PollMetrics>()
        .AddSingleton<FleetState>()
        .AddSingleton<AttachedTimes>()
        .AddSingleton<RenderedHosts>()
        .AddSingleton<Fleet>()
        .AddSingleton<DeviceSet>()
        .AddPagePart<DeviceSet>();
}
