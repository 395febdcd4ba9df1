using FleetExporter.Config;
using FleetExporter.Metrics;
using FleetExporter.Parsing;
using FleetExporter.Remote;

namespace FleetExporter.Collectors;

/// <summary>Base class of the collectors for hosts with NVIDIA GPUs, on the GPU stream: those that call nvidia-smi, and XIDs.</summary>
internal abstract class NvidiaCollector(string name, params IReadOnlyList<MetricFamily> families) : HostCollector(name, families)
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

    public override string Fix(CollectorFailure reason) => reason switch
    {
        CollectorFailure.ToolMissing => "Install the NVIDIA driver with nvidia-smi, or set gpu: false for this host.",
        CollectorFailure.Driver => "Run nvidia-smi on the host. After a driver update, reboot it or reload the modules.",
        CollectorFailure.DeviceLost => "A GPU has fallen off the bus: drain the host and reboot it; if it comes back, check power and seating.",
        _ => base.Fix(reason),
    };

    /// <summary>Labels of one GPU's series. A GPU without an index or a uuid keeps the label, empty.</summary>
    public static Labels LabelsOf(Labels target, int? index, string? uuid) => target
        .With("gpu", index?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "")
        .With("uuid", uuid ?? "");
}
