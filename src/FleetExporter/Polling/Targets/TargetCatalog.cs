using FleetExporter.Metrics;
using FleetExporter.OpenClaw;
using FleetExporter.Targets;

namespace FleetExporter.Polling.Targets;

/// <summary>The kinds of targets.</summary>
internal static class TargetCatalog
{
    public static IReadOnlyList<TargetCollector> All { get; } =
    [
        new ServiceCollector(),
        new ProviderCollector(),
        new GatewayCollector(),
        new TunnelCollector(),
    ];

    public static IReadOnlyList<MetricFamily> Families { get; } = [.. All.SelectMany(c => c.Families).Distinct()];
}
