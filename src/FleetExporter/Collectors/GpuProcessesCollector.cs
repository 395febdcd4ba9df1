using System.Text.RegularExpressions;
using FleetExporter.Config;
using FleetExporter.Parsing;
using FleetExporter.Remote;

namespace FleetExporter.Collectors;

/// <summary>Compute processes per GPU, aggregated: no pid and no command line becomes a label.</summary>
internal sealed partial class GpuProcessesCollector() : NvidiaCollector("gpu_processes", GpuUserFamilies.OfProcesses)
{
    public override string Script(HostConfig host) =>
        $"  b=$(exec nvidia-smi --query-compute-apps={string.Join(',', Parsing.GpuProcesses.Fields)} --format=csv,noheader,nounits </dev/null 2>&1)";

    public override IAnswer Parse(Section section)
    {
        try
        {
            return new GpuProcessesAnswer(Parsing.GpuProcesses.Parse(section.Body, Parsing.GpuProcesses.Fields).Processes, section.Uptime);
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
        ? all with { Processes = [.. processes.Select(p => p with { Process = Masked(p.Process) })] }
        : reading;

    public override string? Simulate(SimulatedHost host, DateTimeOffset now) =>
        host.Gpu is { } gpu ? string.Join('\n', host.WorkingGpus.Select(i => SimulatedProcess(host, gpu, i, now))) : null;

    private static GpuProcess Masked(GpuProcess process) => process with { Name = process.Name is null ? null : ProcessArguments.Mask(process.Name) };

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

/// <param name="Uptime">The host's uptime when they were listed, in seconds.</param>
internal sealed record GpuProcessesAnswer(IReadOnlyList<GpuProcess> Processes, double Uptime) : IAnswer;
