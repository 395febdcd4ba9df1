using FleetExporter.Metrics;
using FleetExporter.Parsing;

namespace FleetExporter.Collectors;

/// <param name="Lost">GPUs that nvidia-smi named as lost in a sentence instead of a row.</param>
/// <param name="Uptime">The host's uptime when they were read, in seconds.</param>
/// <param name="Vanished">GPUs that earlier readings since the last boot listed and this one does not.</param>
/// <param name="CudaVersion">From nvidia-smi's detailed report, once that has come.</param>
public sealed record GpuReading(IReadOnlyList<Gpu> Gpus, int Lost, double Uptime, int Vanished = 0, string? CudaVersion = null) : Reading
{
    private static readonly string[] Actions = ["none", "reset", "reboot", "drain_p2p", "drain_and_reset"];

    public int LostInAll => Math.Max(Lost, Vanished) + Gpus.Count(g => g.Fault is not null);

    /// <summary>Which GPUs are faulty, in words.</summary>
    public string WhatIsLost => string.Join(", ", Faulty());

    public override CollectorFailure? Failure => Gpus.Count == 0 && Lost > 0 ? CollectorFailure.DeviceLost : null;

    private IEnumerable<string> Faulty()
    {
        foreach (var gpu in Gpus.Where(g => g.Fault is not null))
        {
            yield return $"GPU {gpu.Index} {(gpu.Fault == GpuFault.ResetRequired ? "needs a reset" : "is lost")}";
        }

        if (Math.Max(Lost, Vanished) is > 0 and var gone)
        {
            yield return gone == 1 ? "1 GPU is no longer there" : $"{gone} GPUs are no longer there";
        }
    }

    public override void WriteTo(MetricsPage page, Labels target)
    {
        page.Add(GpuCollector.Lost, target, LostInAll);
        foreach (var gpu in Gpus)
        {
            Write(page, NvidiaCollector.LabelsOf(target, gpu.Index, gpu.Uuid), gpu);
        }
    }

    private void Write(MetricsPage page, Labels of, Gpu gpu)
    {
        page.Add(
            GpuCollector.Info, of, 1, ("name", gpu.Name ?? ""), ("driver_version", gpu.DriverVersion ?? ""), ("cuda_version", CudaVersion ?? ""),
            ("compute_cap", gpu.ComputeCapability ?? ""), ("pci_bus_id", gpu.PciBusId ?? ""));
        page.Add(GpuCollector.Utilization, of, gpu.Utilization);
        page.Add(GpuCollector.MemoryTotal, of, gpu.MemoryTotalBytes);
        page.Add(GpuCollector.MemoryUsed, of, gpu.MemoryUsedBytes);
        page.Add(GpuCollector.MemoryUnified, of, gpu.Fault is null ? gpu.MemoryUnified ? 1 : 0 : null);
        page.Add(GpuCollector.Temperature, of, gpu.TemperatureCelsius);
        page.Add(GpuCollector.PowerDraw, of, gpu.PowerDrawWatts);
        page.Add(GpuCollector.PowerLimit, of, gpu.PowerLimitWatts);
        page.Add(GpuCollector.Energy, of, gpu.EnergyJoules);
        page.Add(GpuCollector.Fan, of, gpu.FanRatio);
        page.Add(GpuCollector.PState, of, gpu.PState);
        page.Add(GpuCollector.EccUncorrected, of, gpu.EccUncorrected);
        WriteClocks(page, of, gpu.Clocks);
        foreach (var (reason, active) in gpu.ThrottleReasons)
        {
            page.Add(GpuCollector.Throttle, of, active ? 1 : 0, ("reason", reason));
        }

        if (gpu.RecoveryAction is { } action)
        {
#pragma warning disable CA1308 // a label value, not a key for comparison
            page.AddStates(GpuCollector.RecoveryAction, of, "action", Actions, action.ToLowerInvariant().Replace(' ', '_'));
#pragma warning restore CA1308
        }
    }

    private static void WriteClocks(MetricsPage page, Labels of, GpuClocks clocks)
    {
        page.Add(GpuCollector.Clock, of, clocks.Sm, ("clock", "sm"));
        page.Add(GpuCollector.Clock, of, clocks.Memory, ("clock", "mem"));
        page.Add(GpuCollector.Clock, of, clocks.Graphics, ("clock", "graphics"));
        page.Add(GpuCollector.Clock, of, clocks.Video, ("clock", "video"));
        page.Add(GpuCollector.ClockMax, of, clocks.MaxSm, ("clock", "sm"));
        page.Add(GpuCollector.ClockMax, of, clocks.MaxMemory, ("clock", "mem"));
        page.Add(GpuCollector.ClockMax, of, clocks.MaxGraphics, ("clock", "graphics"));
    }
}
