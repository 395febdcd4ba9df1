using FleetExporter.Config;
using FleetExporter.Metrics;
using FleetExporter.Parsing;
using FleetExporter.Remote;

namespace FleetExporter.Collectors;

/// <summary>Base class of the collectors for hosts with NVIDIA GPUs, on the GPU stream: those that call nvidia-smi, and XIDs.</summary>
internal abstract class NvidiaCollector(string name, params IReadOnlyList<MetricFamily> families) : HostCollector(name, families)
{
    public override StreamKind Stream => StreamKind.Gpu;

    public override string? OffBecause(HostConfig host, SystemIdentity? system) => NoGpuBecause(host, system);

    /// <summary>Why GPUs are not watched on this host; null where they are.</summary>
    public static string? NoGpuBecause(HostConfig host, SystemIdentity? system) => host.Gpu switch
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

    /// <summary>The loop that prints the values of this collector per interval; null where there is none.</summary>
    /// <param name="call">The answer of the last call, which has what does not change.</param>
    public virtual GpuLoopQuery? LoopQuery(IAnswer call, TimeSpan interval) => null;

    /// <summary>Labels of one GPU's series. A GPU without an index or a uuid keeps the label, empty.</summary>
    public static Labels LabelsOf(Labels target, int? index, string? uuid) => target
        .With("gpu", index?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "")
        .With("uuid", uuid ?? "");
}

/// <summary>A query of nvidia-smi that prints samples until it is ended. A row starts with its timestamp and two cells that identify it.</summary>
/// <param name="Command">A simple command of POSIX sh.</param>
/// <param name="Head">Goes before the rows of each sample, so that the collector can parse it.</param>
/// <param name="Rows">Rows that a sample has as long as nothing changes.</param>
/// <param name="MayBeEmpty">Whether a sample may have no rows, so that silence alone is no failure.</param>
/// <param name="Complete">Adds what does not change to an answer; null when that has changed too, so that a call is needed.</param>
internal sealed record GpuLoopQuery(string Command, string Head, int Rows, bool MayBeEmpty, Func<IAnswer, IAnswer?> Complete)
{
    /// <summary>Whether each row starts with its timestamp; if not, the time of arrival takes its place.</summary>
    public bool HasTimestamps { get; init; } = true;

    /// <summary>Samples at the start that have no values yet.</summary>
    public int SkippedSamples { get; init; }

    /// <summary>nvidia-smi with a query whose fields follow its timestamp.</summary>
    public static string CommandOf(string query, IEnumerable<string> fields, TimeSpan interval) => string.Create(
        System.Globalization.CultureInfo.InvariantCulture,
        $"nvidia-smi --query-{query}=timestamp,{string.Join(',', fields)}"
            + $" --format=csv,noheader,nounits -lms {interval.TotalMilliseconds:0}");
}
