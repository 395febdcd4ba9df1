using FleetExporter.Metrics;

namespace FleetExporter.Collectors;

/// <summary>All host collectors, in the order in which a poll requests them: those that may hang come last.</summary>
internal static class CollectorCatalog
{
    public static IReadOnlyList<HostCollector> All { get; } =
    [
        new SystemCollector(),
        new VitalsCollector(),
        new TemperatureCollector(),
        new TmuxCollector(),
        new TmuxUsersCollector(),
        new SystemdCollector(),
        new GpuOwnersCollector(),
        new ContainersCollector(),
        new ProcessesCollector(),
        new FilesystemCollector(),
        new GpuCollector(),
        new GpuProcessesCollector(),
        new GpuDetailsCollector(),
        new GpuProfileCollector(),
        new XidCollector(),
    ];

    /// <returns>Null where no collector has the name.</returns>
    public static HostCollector? Find(string name) => All.FirstOrDefault(c => c.Name == name);

    public static IReadOnlyList<MetricFamily> Families { get; } = [.. All.SelectMany(c => c.Families).Distinct()];
}
