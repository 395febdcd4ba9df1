using FleetExporter.Config;
using FleetExporter.Config.Binding;
using FleetExporter.Metrics;
using FleetExporter.OpenClaw;
using FleetExporter.Targets;
using FleetExporter.Targets.Providers;
using FleetExporter.Targets.Services;
using FleetExporter.Targets.Tunnels;

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

    public static IReadOnlyList<TargetKind> Kinds { get; } = [.. All.Select(c => c.Kind)];

    public static TargetKind KindOf(TargetConfig target) => Kinds.First(kind => kind.Owns(target));

    public static IReadOnlyList<MetricFamily> Families { get; } = [.. All.SelectMany(c => c.Families).Distinct()];
}
