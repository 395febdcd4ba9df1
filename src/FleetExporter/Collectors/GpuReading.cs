using FleetExporter.Metrics;
using FleetExporter.Parsing;

namespace FleetExporter.Collectors;

/// <summary>The answer of a call of <c>nvidia-smi --query-gpu</c>, or a sample of its loop.</summary>
/// <param name="Lost">GPUs that nvidia-smi reported as lost in a sentence instead of a row.</param>
/// <param name="Uptime">The host's uptime when they were read, in seconds.</param>
internal sealed record GpuAnswer(IReadOnlyList<Gpu> Gpus, int Lost, double Uptime) : IAnswer
{
    public CollectorFailure? Failure => Gpus.Count == 0 && Lost > 0 ? CollectorFailure.DeviceLost : null;

    /// <summary>The fields of the query, as the host has them; empty where unknown.</summary>
    public IReadOnlyList<string> Fields { get; init; } = [];

    /// <summary>A sample of the loop with what does not change, taken from this call.</summary>
    /// <returns>Null when the GPUs are not those of this call.</returns>
    public GpuAnswer? Complete(GpuAnswer sample)
    {
        var known = Gpus.Where(g => g.Uuid is not null).DistinctBy(g => g.Uuid).ToDictionary(g => g.Uuid!, StringComparer.Ordinal);
        var gpus = sample.Gpus.Select(g => Completed(g, Known(g))).OfType<Gpu>().ToList();
        return gpus.Count == sample.Gpus.Count && sample.Gpus.Count + sample.Lost >= Gpus.Count ? sample with { Gpus = gpus } : null;

        Gpu? Known(Gpu gpu) => gpu.Uuid is null ? Gpus.FirstOrDefault(g => g.Index == gpu.Index) : known.GetValueOrDefault(gpu.Uuid);
    }

    private static Gpu? Completed(Gpu gpu, Gpu? known) => known is null ? null : gpu with
    {
        Name = known.Name,
        DriverVersion = known.DriverVersion,
        PciBusId = known.PciBusId,
        ComputeCapability = known.ComputeCapability,
        Clocks = gpu.Clocks with { MaxSm = known.Clocks.MaxSm, MaxMemory = known.Clocks.MaxMemory, MaxGraphics = known.Clocks.MaxGraphics },
    };
}

/// <summary>The GPUs, completed with values of other sections.</summary>
/// <param name="Missing">
/// GPUs that are not listed: those that nvidia-smi reports as lost in a sentence, or those that earlier answers since the last boot listed.
/// </param>
/// <param name="CudaVersion">From nvidia-smi's detailed report; null without one.</param>
internal sealed record GpuReading(IReadOnlyList<Gpu> Gpus, int Missing, string? CudaVersion) : Reading
{
    private static readonly string[] Actions = ["none", "reset", "reboot", "drain_p2p", "drain_and_reset"];

    public int LostCount => Missing + Gpus.Count(g => g.Fault is not null);

    /// <summary>The lost GPUs as text, such as <c>GPU 1 is lost</c>.</summary>
    public string LostDescription => string.Join(", ", Faulty());

    private IEnumerable<string> Faulty()
    {
        foreach (var gpu in Gpus.Where(g => g.Fault is not null))
        {
            yield return $"GPU {gpu.Index} {(gpu.Fault == GpuFault.ResetRequired ? "needs a reset" : "is lost")}";
        }

        if (Missing is > 0 and var count)
        {
            yield return count == 1 ? "1 GPU is no longer listed" : $"{count} GPUs are no longer listed";
        }
    }

    public override void WriteTo(MetricsPage page, Labels target)
    {
        page.Add(GpuFamilies.Lost, target, LostCount);
        foreach (var gpu in Gpus)
        {
            Write(page, NvidiaCollector.LabelsOf(target, gpu.Index, gpu.Uuid), gpu);
        }
    }

    private void Write(MetricsPage page, Labels of, Gpu gpu)
    {
        page.Add(
            GpuFamilies.Info, of, 1, ("name", gpu.Name ?? ""), ("driver_version", gpu.DriverVersion ?? ""), ("cuda_version", CudaVersion ?? ""),
            ("compute_cap", gpu.ComputeCapability ?? ""), ("pci_bus_id", gpu.PciBusId ?? ""));
        page.Add(GpuFamilies.Utilization, of, gpu.Utilization);
        page.Add(GpuFamilies.MemoryTotal, of, gpu.MemoryTotalBytes);
        page.Add(GpuFamilies.MemoryUsed, of, gpu.MemoryUsedBytes);
        page.Add(GpuFamilies.MemoryUnified, of, gpu.Fault is null ? gpu.MemoryUnified ? 1 : 0 : null);
        page.Add(GpuFamilies.Temperature, of, gpu.TemperatureCelsius);
        page.Add(GpuFamilies.PowerDraw, of, gpu.PowerDrawWatts);
        page.Add(GpuFamilies.PowerLimit, of, gpu.PowerLimitWatts);
        page.Add(GpuFamilies.Energy, of, gpu.EnergyJoules);
        page.Add(GpuFamilies.Fan, of, gpu.FanRatio);
        page.Add(GpuFamilies.PState, of, gpu.PState);
        page.Add(GpuFamilies.EccUncorrected, of, gpu.EccUncorrected);
        WriteClocks(page, of, gpu.Clocks);
        foreach (var (reason, active) in gpu.ThrottleReasons)
        {
            page.Add(GpuFamilies.Throttle, of, active ? 1 : 0, ("reason", reason));
        }

        if (gpu.RecoveryAction is { } action)
        {
#pragma warning disable CA1308 // a label value, not a key for comparison
            page.AddStates(GpuFamilies.RecoveryAction, of, "action", Actions, action.ToLowerInvariant().Replace(' ', '_'));
#pragma warning restore CA1308
        }
    }

    private static void WriteClocks(MetricsPage page, Labels of, GpuClocks clocks)
    {
        page.Add(GpuFamilies.Clock, of, clocks.Sm, ("clock", "sm"));
        page.Add(GpuFamilies.Clock, of, clocks.Memory, ("clock", "mem"));
        page.Add(GpuFamilies.Clock, of, clocks.Graphics, ("clock", "graphics"));
        page.Add(GpuFamilies.Clock, of, clocks.Video, ("clock", "video"));
        page.Add(GpuFamilies.ClockMax, of, clocks.MaxSm, ("clock", "sm"));
        page.Add(GpuFamilies.ClockMax, of, clocks.MaxMemory, ("clock", "mem"));
        page.Add(GpuFamilies.ClockMax, of, clocks.MaxGraphics, ("clock", "graphics"));
    }
}
