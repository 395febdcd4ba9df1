using FleetExporter.Config;
using FleetExporter.Metrics;
using FleetExporter.Parsing;
using FleetExporter.Remote;

namespace FleetExporter.Collectors;

/// <summary>Compute processes per GPU, aggregated: no pid and no command line becomes a label.</summary>
public sealed class GpuProcessesCollector() : NvidiaCollector("gpu_processes", Memory, Processes)
{
    public static readonly MetricFamily Memory = MetricFamily.Gauge(
        "fleet_gpu_process_memory_bytes",
        "GPU memory of compute processes by runtime, from nvidia-smi --query-compute-apps; absent where the driver hides it.",
        "host", "gpu", "uuid", "runtime");

    public static readonly MetricFamily Processes = MetricFamily.Gauge(
        "fleet_gpu_processes", "Compute processes on the GPU, from nvidia-smi --query-compute-apps.", "host", "gpu", "uuid");

    public override string Script(HostConfig host) =>
        $"  b=$(exec nvidia-smi --query-compute-apps={string.Join(',', Parsing.GpuProcesses.Fields)} --format=csv,noheader,nounits </dev/null 2>&1)";

    public override Reading Parse(Section section)
    {
        try
        {
            return new GpuProcessesReading(Parsing.GpuProcesses.Parse(section.Body, Parsing.GpuProcesses.Fields).Processes);
        }
        catch (ToolFailureException e) when (e.Reason == CollectorFailure.Parse)
        {
            // The line would show the arguments of a process, which may hold secrets, wherever the reason is shown.
            throw new FormatException("no row is understood; the debug page has the text, masked");
        }
    }
}

/// <param name="Gpus">The GPUs of the latest reading of <c>gpu</c>, which give the label <c>gpu</c>; null until the snapshot is made.</param>
public sealed record GpuProcessesReading(IReadOnlyList<GpuProcess> Processes, IReadOnlyList<Gpu>? Gpus = null) : Reading
{
    public override void WriteTo(MetricsPage page, Labels target)
    {
        var byGpu = Processes.ToLookup(p => p.GpuUuid);
        foreach (var gpu in (Gpus ?? []).Where(g => g.Uuid is not null).DistinctBy(g => g.Uuid))
        {
            var of = NvidiaCollector.LabelsOf(target, gpu.Index, gpu.Uuid);
            var mine = byGpu[gpu.Uuid].ToList();
            page.Add(GpuProcessesCollector.Processes, of, mine.Count);
            foreach (var runtime in mine.Where(p => p.MemoryBytes is not null)
                .GroupBy(p => GpuRuntime.Of(p.Name)).OrderBy(g => g.Key, StringComparer.Ordinal))
            {
                page.Add(GpuProcessesCollector.Memory, of, runtime.Sum(p => p.MemoryBytes), ("runtime", runtime.Key));
            }
        }
    }
}
