using System.Collections.Immutable;
using FleetExporter.Metrics;
using FleetExporter.Parsing;

namespace FleetExporter.Collectors;

/// <summary>The processes on the GPUs, to whom they belong, and what each user has had of each GPU.</summary>
/// <param name="Gpus">The GPUs of the host, which give the label <c>gpu</c>; null without a fresh reading of them.</param>
/// <param name="Users">Time and energy since the exporter watches the host, by GPU and user.</param>
internal sealed record GpuProcessesReading(
    IReadOnlyList<OwnedGpuProcess> Processes, IReadOnlyList<Gpu>? Gpus,
    ImmutableDictionary<string, ImmutableDictionary<string, GpuUserTally>> Users) : Reading
{
    /// <summary>Containers of one GPU with a series of their own; those with the most memory.</summary>
    private const int MaxContainers = 32;

    public override void WriteTo(MetricsPage page, Labels target)
    {
        var byGpu = Processes.ToLookup(p => p.Process.GpuUuid);
        foreach (var gpu in (Gpus ?? []).Where(g => g.Uuid is not null).DistinctBy(g => g.Uuid))
        {
            var of = NvidiaCollector.LabelsOf(target, gpu.Index, gpu.Uuid);
            var mine = byGpu[gpu.Uuid].ToList();
            page.Add(GpuUserFamilies.Processes, of, mine.Count);
            page.Add(GpuUserFamilies.Orphaned, of, mine.Count(p => p.HasSessionEnded));
            WriteMemory(page, of, [.. mine.Where(p => p.Process.MemoryBytes is not null)]);
            foreach (var (user, tally) in (Users.GetValueOrDefault(gpu.Uuid!) ?? []).OrderBy(u => u.Key, StringComparer.Ordinal))
            {
                page.Add(GpuUserFamilies.UserSeconds, of, tally.Seconds, ("user", user));
                page.Add(GpuUserFamilies.IdleSeconds, of, tally.IdleSeconds, ("user", user));
                if (gpu.PowerDrawWatts is not null)
                {
                    page.Add(GpuUserFamilies.UserJoules, of, tally.Joules, ("user", user));
                    page.Add(GpuUserFamilies.IdleJoules, of, tally.IdleJoules, ("user", user));
                }
            }
        }
    }

    private static void WriteMemory(MetricsPage page, Labels of, IReadOnlyList<OwnedGpuProcess> processes)
    {
        foreach (var (runtime, bytes) in Sums(processes, p => GpuRuntime.Of(p.Process.Name)))
        {
            page.Add(GpuUserFamilies.ProcessMemory, of, bytes, ("runtime", runtime));
        }

        foreach (var (user, bytes) in Sums(processes, p => p.User))
        {
            page.Add(GpuUserFamilies.UserMemory, of, bytes, ("user", user));
        }

        var containers = processes.Where(p => p.Owner?.Container is not null)
            .GroupBy(p => (p.Owner!.Container!.Runtime, Name: p.ContainerName ?? p.Owner.Container.ShortId, Pod: p.Owner.Pod ?? ""))
            .OrderByDescending(c => c.Sum(p => p.Process.MemoryBytes)).Take(MaxContainers);
        foreach (var container in containers)
        {
            var (runtime, name, pod) = container.Key;
            var bytes = container.Sum(p => p.Process.MemoryBytes);
            page.Add(GpuUserFamilies.ContainerMemory, of, bytes, ("runtime", runtime), ("container", name), ("pod", pod));
        }
    }

    private static IEnumerable<(string Key, double? Bytes)> Sums(IEnumerable<OwnedGpuProcess> processes, Func<OwnedGpuProcess, string> key) =>
        processes.GroupBy(key, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal)
            .Select(g => (g.Key, g.Sum(p => p.Process.MemoryBytes)));
}
