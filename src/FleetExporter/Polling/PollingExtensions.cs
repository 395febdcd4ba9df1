using FleetExporter.Metrics;
using FleetExporter.Polling.Snapshots;
using FleetExporter.Polling.Targets;
using Microsoft.Extensions.DependencyInjection;

namespace FleetExporter.Polling;

/// <summary>Registers the monitors of hosts and targets and what they collect.</summary>
internal static class PollingExtensions
{
    public static IServiceCollection AddPolling(this IServiceCollection services) => services
        .AddServiceMetrics<PollMetrics>()
        .AddSingleton<FleetState>()
        .AddSingleton<AttachedTimes>()
        .AddSingleton<Fleet>()
        .AddSingleton<TargetSet>()
        .AddSingleton<DeviceSet>()
        .AddPagePart<DeviceSet>()
        .AddSingleton<RecentValues>()
        .AddHostedService(s => s.GetRequiredService<RecentValues>());
}
