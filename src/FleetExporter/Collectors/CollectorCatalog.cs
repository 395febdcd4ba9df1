using FleetExporter.Metrics;

namespace FleetExporter.Collectors;

/// <summary>The one list of host collectors, in the order in which a frame asks for them: what may hang comes last.</summary>
public static class CollectorCatalog
{
    public static IReadOnlyList<IHostCollector> All { get; } =
    [
        new SystemCollector(),
        new VitalsCollector(),
        new TemperatureCollector(),
        new TmuxCollector(),
        new TmuxUsersCollector(),
        new SystemdCollector(),
        new FilesystemCollector(),
        new GpuCollector(),
        new GpuProcessesCollector(),
        new GpuDetailsCollector(),
        new XidCollector(),
    ];

    public static IReadOnlyList<MetricFamily> Families { get; } = [.. All.SelectMany(c => c.Families).Distinct()];
}
