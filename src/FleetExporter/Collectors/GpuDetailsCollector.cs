using System.Text.RegularExpressions;
using FleetExporter.Config;
using FleetExporter.Parsing;
using FleetExporter.Remote;

namespace FleetExporter.Collectors;

/// <summary>
/// Values that only nvidia-smi's full report has, or that change so rarely that reading them with it is enough: temperature limits, PCIe replays,
/// BAR1 memory, repairs of the memory, MIG slices, the CUDA version. It is large and slow, so requested rarely.
/// </summary>
internal sealed partial class GpuDetailsCollector() : NvidiaCollector("gpu_details", GpuDetailsFamilies.All)
{
    public override TimeSpan Every => TimeSpan.FromSeconds(60);

    public override string Script(HostConfig host) => "  b=$(exec nvidia-smi -q -x </dev/null 2>&1)";

    public override IAnswer Parse(Section section) => new GpuDetailsAnswer(GpuDetails.Parse(section.Body));

    public override string Summarize(IAnswer answer) => $"CUDA {((GpuDetailsAnswer)answer).Report.CudaVersion ?? "unknown"}";

    public override string Mask(string text) =>
        ProcessElement().Replace(text, m => m.Groups[1].Value + ProcessArguments.Mask(m.Groups[2].Value) + m.Groups[3].Value);

    public override string? Simulate(SimulatedHost host, DateTimeOffset now) =>
        host.Gpu is { } gpu ? SimulatedGpuReport.Of(gpu, [.. host.WorkingGpus.Select(host.UuidOf)]) : null;

    [GeneratedRegex("(<process_name>)([^<]*)(</process_name>|$)")]
    private static partial Regex ProcessElement();
}
