using System.Collections.Immutable;
using FleetExporter.Collectors;
using FleetExporter.Parsing;
using FleetExporter.Polling.Snapshots;

namespace FleetExporter.Polling.Derivation;

/// <summary>
/// Derives GPU readings from several moments and sections: energy integrated from power, GPUs no longer listed, limits, unified memory.
/// </summary>
internal static class GpuHistory
{
    /// <summary>Seconds since the last answer, for which its power and users count; 0 after a gap.</summary>
    public static double Counted(HostHistory history, GpuAnswer answer, PollTiming timing)
    {
        var elapsed = answer.Uptime - history.GpuUptime;
        return elapsed > 0 && elapsed <= timing.StaleAfter(TimeSpan.Zero).TotalSeconds ? elapsed.Value : 0;
    }

    public static HostHistory Remember(HostHistory history, GpuAnswer answer, PollTiming timing)
    {
        var counted = Counted(history, answer, timing);
        var energy = history.GpuEnergy.ToBuilder();
        foreach (var gpu in answer.Gpus)
        {
            if (gpu is { Uuid: { } uuid, PowerDrawWatts: { } watts })
            {
                energy[uuid] = energy.GetValueOrDefault(uuid) + (watts * counted);
            }
        }

        var seen = history.GpusSeen.Union(Listed(answer));
        RemoteLimits.Check(seen.Count, RemoteLimits.GpusSeen, "different GPUs since the host was booted");
        // Counters of earlier boots are kept while there is room, so that they continue.
        if (energy.Count > RemoteLimits.GpusSeen)
        {
            energy.RemoveRange(energy.Keys.Where(k => !seen.Contains(k)).ToList());
        }

        return history with { GpuEnergy = energy.ToImmutable(), GpuUptime = answer.Uptime, GpusSeen = seen };
    }

    public static GpuReading Derive(GpuAnswer answer, FreshAnswers answers)
    {
        var report = answers.Get<GpuDetailsAnswer>()?.Report;
        var details = (report?.Gpus ?? []).Where(d => d.Uuid is not null).DistinctBy(d => d.Uuid)
            .ToDictionary(d => d.Uuid!, StringComparer.Ordinal);
        IReadOnlyList<Gpu> gpus = [.. answer.Gpus.Select(gpu => Of(
            gpu, gpu.Uuid is null ? null : details.GetValueOrDefault(gpu.Uuid), answers.History.GpuEnergy))];
        if (gpus.Any(UnifiedMemory.IsPossible))
        {
            gpus = UnifiedMemory.Apply(gpus, answers.Get<VitalsAnswer>()?.Vitals.Memory);
        }

        return new GpuReading(gpus, Math.Max(answer.Lost, Vanished(answers.History, answer)), report?.CudaVersion)
        {
            Uses = answers.History.GpuUses,
            Uptime = answer.Uptime,
        };
    }

    /// <summary>Number of GPUs that earlier answers since the last boot listed and this one does not.</summary>
    public static int Vanished(HostHistory history, GpuAnswer answer)
    {
        // A row without uuid is a GPU seen before: it is listed, and counted as faulty.
        var withoutUuid = answer.Gpus.Count(g => g.Uuid is null);
        return Math.Max(0, history.GpusSeen.Except(Listed(answer)).Count - withoutUuid);
    }

    private static Gpu Of(Gpu gpu, GpuDetail? detail, ImmutableDictionary<string, double> energy) => gpu with
    {
        EnergyJoules = gpu is { PowerDrawWatts: not null, Uuid: { } uuid } ? energy[uuid] : gpu.EnergyJoules,
        TemperatureLimitCelsius = detail?.SlowdownCelsius,
        RemappedRows = detail?.RemappedRows,
        RetiredPages = detail?.RetiredPages,
    };

    private static IEnumerable<string> Listed(GpuAnswer answer) => answer.Gpus.Select(g => g.Uuid).OfType<string>();
}
