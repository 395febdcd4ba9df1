using System.Text.RegularExpressions;
using FleetExporter.Config;
using FleetExporter.Metrics;
using FleetExporter.Parsing;
using FleetExporter.Remote;

namespace FleetExporter.Collectors;

/// <summary>Compute processes per GPU, aggregated: no pid and no command line becomes a label.</summary>
internal sealed partial class GpuProcessesCollector() : NvidiaCollector("gpu_processes", Memory, Processes)
{
    public static readonly MetricFamily Memory = MetricFamily.Gauge(
        "fleet_gpu_process_memory_bytes",
        "GPU memory of compute processes by runtime, from nvidia-smi --query-compute-apps; absent where the driver hides it.",
        "host", "gpu", "uuid", "runtime");

    public static readonly MetricFamily Processes = MetricFamily.Gauge(
        "fleet_gpu_processes", "Compute processes on the GPU, from nvidia-smi --query-compute-apps.", "host", "gpu", "uuid");

    public override string Script(HostConfig host) =>
        $"  b=$(exec nvidia-smi --query-compute-apps={string.Join(',', Parsing.GpuProcesses.Fields)} --format=csv,noheader,nounits </dev/null 2>&1)";

    public override IAnswer Parse(Section section)
    {
        try
        {
            return new GpuProcessesAnswer(Parsing.GpuProcesses.Parse(section.Body, Parsing.GpuProcesses.Fields).Processes);
        }
        catch (ToolFailureException e) when (e.Reason == CollectorFailure.Parse)
        {
            // Quoting the line would expose process arguments, which may hold secrets, wherever the message is shown.
            throw new FormatException("no row could be parsed; /debug/hosts has the text, masked");
        }
    }

    public override GpuLoopQuery? LoopQuery(IAnswer call, TimeSpan interval) => new(
        GpuLoopQuery.CommandOf("compute-apps", Parsing.GpuProcesses.Fields, interval), "", ((GpuProcessesAnswer)call).Processes.Count, true,
        sample => sample);

    public override string Summarize(IAnswer answer) => Count(((GpuProcessesAnswer)answer).Processes.Count, "process", "processes");

    public override string Mask(string text) =>
        ProcessRow().Replace(text, m => m.Groups[1].Value + ProcessArguments.Mask(m.Groups[2].Value) + m.Groups[3].Value);

    public override Reading Mask(Reading reading) => reading is GpuProcessesReading { Processes: var processes } all
        ? all with { Processes = [.. processes.Select(p => p with { Name = p.Name is null ? null : ProcessArguments.Mask(p.Name) })] }
        : reading;

    public override string? Simulate(SimulatedHost host, DateTimeOffset now) =>
        host.Gpu is { } gpu ? string.Join('\n', host.WorkingGpus.Select(i => SimulatedProcess(host, gpu, i, now))) : null;

    /// <summary>The first GPU's process is that of the first tmux session.</summary>
    private static string SimulatedProcess(SimulatedHost host, SimulatedGpu gpu, int index, DateTimeOffset now)
    {
        var name = index % 2 == 0 ? "VLLM::EngineCore" : "/usr/bin/python3.12";
        return $"{host.UuidOf(index)}, {SimulatedSessions.FirstPid + index}, {name}, {gpu.HeldMib(host.SeedOf(index), now)}";
    }

    // gpu_uuid, pid, process_name, used_memory; the name is everything between the second comma and the last.
    [GeneratedRegex(@"^([^,\n]*,[^,\n]*, ?)(.+?)(, ?[^,\n]*)?\r?$", RegexOptions.Multiline)]
    private static partial Regex ProcessRow();
}

internal sealed record GpuProcessesAnswer(IReadOnlyList<GpuProcess> Processes) : IAnswer;

/// <param name="Gpus">The GPUs of the host, which give the label <c>gpu</c>; null without a fresh reading of them.</param>
internal sealed record GpuProcessesReading(IReadOnlyList<GpuProcess> Processes, IReadOnlyList<Gpu>? Gpus) : Reading
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
