using FleetExporter.Config;
using FleetExporter.Metrics;
using FleetExporter.Parsing;
using FleetExporter.Remote;

namespace FleetExporter.Collectors;

/// <summary>What the collectors that call nvidia-smi have in common.</summary>
public abstract class NvidiaCollector(string name, params IReadOnlyList<MetricFamily> families) : HostCollector(name, families)
{
    public override StreamKind Stream => StreamKind.Gpu;

    public override string? OffBecause(HostConfig host, SystemIdentity? system) => host.Gpu switch
    {
        Toggle.False => "turned off in the configuration",
        Toggle.Auto when system is not null && !system.Tools.Contains("nvidia-smi") => "nvidia-smi is not installed",
        _ => null,
    };

    public override bool OffAfter(CollectorFailure reason, HostConfig host) =>
        reason == CollectorFailure.ToolMissing && host.Gpu == Toggle.Auto;

    /// <summary>Labels of one GPU's series. A GPU without an index or a uuid keeps the label, empty.</summary>
    public static Labels LabelsOf(Labels target, int? index, string? uuid) => target
        .With("gpu", index?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "")
        .With("uuid", uuid ?? "");
}
