using System.Collections.Immutable;
using FleetExporter.Collectors;
using FleetExporter.Parsing;
using FleetExporter.Polling.Snapshots;

namespace FleetExporter.Polling.Derivation;

/// <summary>Energy by adding up power over time, and GPUs that are no longer listed.</summary>
public static class GpuHistory
{
    public static (HostHistory Memory, GpuReading Reading) Apply(HostHistory memory, GpuReading reading, PollTiming timing)
    {
        var elapsed = reading.Uptime - memory.GpuUptime;
        var counted = elapsed > 0 && elapsed <= timing.StaleAfter(TimeSpan.Zero).TotalSeconds ? elapsed.Value : 0;
        var energy = memory.GpuEnergy.ToBuilder();
        foreach (var gpu in reading.Gpus)
        {
            if (gpu is { Uuid: { } uuid, PowerDrawWatts: { } watts })
            {
                energy[uuid] = energy.GetValueOrDefault(uuid) + (watts * counted);
            }
        }

        var listed = reading.Gpus.Select(g => g.Uuid).OfType<string>().ToImmutableHashSet(StringComparer.Ordinal);
        var seen = memory.GpusSeen.Union(listed);
        RemoteLimits.Check(seen.Count, RemoteLimits.GpusSeen, "different GPUs since the host was booted");
        // Those of boots before are kept as long as there is room, so that their counters go on.
        if (energy.Count > RemoteLimits.GpusSeen)
        {
            energy.RemoveRange(energy.Keys.Where(k => !seen.Contains(k)).ToList());
        }

        // A row without uuid is one of those seen before: it is there, and counted as faulty.
        var vanished = Math.Max(0, seen.Except(listed).Count - reading.Gpus.Count(g => g.Uuid is null));
        return (
            memory with { GpuEnergy = energy.ToImmutable(), GpuUptime = reading.Uptime, GpusSeen = seen },
            reading with
            {
                Vanished = vanished,
                Gpus = [.. reading.Gpus.Select(g => g.PowerDrawWatts is null || g.Uuid is null ? g : g with { EnergyJoules = energy[g.Uuid] })],
            });
    }
}
