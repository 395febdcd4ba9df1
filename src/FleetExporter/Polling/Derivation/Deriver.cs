using FleetExporter.Collectors;
using FleetExporter.Parsing;
using FleetExporter.Polling.Snapshots;

namespace FleetExporter.Polling.Derivation;

/// <summary>
/// Completes a reading with what needs two sections or two moments: CPU use, energy, unified memory, what a session uses. Pure but for the times at
/// which sessions were last seen attached, which outlive the process.
/// </summary>
public sealed class Deriver(AttachedTimes attached, TimeSpan legacyAfter)
{
    /// <param name="snapshot">The host before this reading.</param>
    /// <param name="now">When the reading came, by our clock.</param>
    public (HostHistory Memory, Reading Reading) Derive(HostSnapshot snapshot, Reading reading, Instant now)
    {
        var memory = snapshot.Memory;
        switch (reading)
        {
            case SystemReading system:
                var offset = system.System.Clock is { } clock ? clock - now.Time : (TimeSpan?)null;
                return (Reboot(memory, system.System.BootId), system with { ClockOffset = offset });
            case VitalsReading vitals:
                var before = snapshot.Get<VitalsReading>(now);
                return (memory, vitals with { CpuBusyRatio = before is null ? null : CpuTimes.BusyRatio(before.Vitals.Cpu, vitals.Vitals.Cpu) });
            case GpuReading gpus:
                return GpuHistory.Apply(memory, gpus, snapshot.Timing);
            case TmuxReading tmux:
                return SessionUsage.Apply(snapshot, tmux, attached, legacyAfter, now);
            case XidReading xids:
                return XidTally.Apply(memory, xids);
            default:
                return (memory, reading);
        }
    }

    /// <summary>
    /// Gives readings that are labelled by GPU the GPUs of the latest reading, GPUs their limits, and unified memory the latest meminfo.
    /// </summary>
    public static HostSnapshot Relate(HostSnapshot snapshot, Instant now)
    {
        var outcomes = snapshot.Outcomes;
        var report = snapshot.Get<GpuDetailsReading>(now)?.Report;
        var meminfo = snapshot.Get<VitalsReading>(now)?.Vitals.Memory;
        var gpus = snapshot.Get<GpuReading>(now);
        foreach (var (name, outcome) in snapshot.Outcomes)
        {
            Reading? related = outcome.Reading switch
            {
                GpuReading gpu => UnifiedMemory.Apply(Limited(gpu, report), meminfo) with { CudaVersion = report?.CudaVersion },
                GpuProcessesReading processes => processes with { Gpus = gpus?.Gpus },
                GpuDetailsReading details => details with { Gpus = gpus?.Gpus },
                XidReading xids => xids with { Gpus = gpus?.Gpus },
                _ => null,
            };
            if (related is not null)
            {
                outcomes = outcomes.SetItem(name, outcome with { Reading = related });
            }
        }

        return snapshot with { Outcomes = outcomes };
    }

    private static GpuReading Limited(GpuReading reading, GpuDetails? report)
    {
        var limits = (report?.Gpus ?? []).Where(d => d.Uuid is not null).DistinctBy(d => d.Uuid)
            .ToDictionary(d => d.Uuid!, d => d.SlowdownCelsius, StringComparer.Ordinal);
        return reading with
        {
            Gpus = [.. reading.Gpus.Select(g => g with { TemperatureLimitCelsius = g.Uuid is null ? null : limits.GetValueOrDefault(g.Uuid) })],
        };
    }

    private static HostHistory Reboot(HostHistory memory, string? bootId) => memory.BootId == bootId
        ? memory
        : memory with { BootId = bootId, GpusSeen = [], GpuUptime = null, XidUptime = -1, Processes = HostHistory.Empty.Processes };
}
