using System.Text.RegularExpressions;
using FleetExporter.Config;
using FleetExporter.Metrics;
using FleetExporter.Parsing;
using FleetExporter.Remote;

namespace FleetExporter.Collectors;

/// <summary>
/// Values that only nvidia-smi's full report has: temperature limits, MIG slices, the CUDA version. It is large and slow, so requested rarely.
/// </summary>
internal sealed partial class GpuDetailsCollector() : NvidiaCollector("gpu_details", Limit, MigUsed, MigTotal)
{
    public static readonly MetricFamily Limit = MetricFamily.Gauge(
        "fleet_gpu_temperature_limit_celsius",
        "Temperature at which the GPU throttles (slowdown) or powers off (shutdown), or its target temperature (target), from nvidia-smi -q; "
            + "computed from the margin (T.Limit) where only that is reported.",
        "host", "gpu", "uuid", "level");

    public static readonly MetricFamily MigUsed = MetricFamily.Gauge(
        "fleet_gpu_mig_memory_used_bytes", "Used memory of a MIG slice, from nvidia-smi -q.", "host", "gpu", "uuid", "slice");

    public static readonly MetricFamily MigTotal = MetricFamily.Gauge(
        "fleet_gpu_mig_memory_total_bytes", "Memory of a MIG slice, from nvidia-smi -q.", "host", "gpu", "uuid", "slice");

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

internal sealed record GpuDetailsAnswer(GpuDetails Report) : IAnswer;

/// <param name="Gpus">The GPUs of the host, which give the label <c>gpu</c>; null without a fresh reading of them.</param>
internal sealed record GpuDetailsReading(GpuDetails Report, IReadOnlyList<Gpu>? Gpus) : Reading
{
    public override void WriteTo(MetricsPage page, Labels target)
    {
        foreach (var detail in Report.Gpus.Where(d => d.Uuid is not null).DistinctBy(d => d.Uuid))
        {
            if (Gpus?.FirstOrDefault(g => g.Uuid == detail.Uuid) is not { } gpu)
            {
                continue;
            }

            var of = NvidiaCollector.LabelsOf(target, gpu.Index, gpu.Uuid);
            page.Add(GpuDetailsCollector.Limit, of, detail.SlowdownCelsius, ("level", "slowdown"));
            page.Add(GpuDetailsCollector.Limit, of, detail.ShutdownCelsius, ("level", "shutdown"));
            page.Add(GpuDetailsCollector.Limit, of, detail.TargetCelsius, ("level", "target"));
            foreach (var slice in detail.Slices)
            {
                page.Add(GpuDetailsCollector.MigUsed, of, slice.MemoryUsedBytes, ("slice", slice.Index));
                page.Add(GpuDetailsCollector.MigTotal, of, slice.MemoryTotalBytes, ("slice", slice.Index));
            }
        }
    }
}
