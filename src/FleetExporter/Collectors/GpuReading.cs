using System.Collections.ObjectModel;
using FleetExporter.Metrics;
using FleetExporter.Parsing;

namespace FleetExporter.Collectors;

/// <summary>The GPUs, completed with values of other sections.</summary>
/// <param name="Missing">
/// GPUs that are not listed: those that nvidia-smi reports as lost in a sentence, or those that earlier answers since the last boot listed.
/// </param>
/// <param name="CudaVersion">From nvidia-smi's detailed report; null without one.</param>
internal sealed record GpuReading(IReadOnlyList<Gpu> Gpus, int Missing, string? CudaVersion) : Reading
{
    private static readonly string[] Actions = ["none", "reset", "reboot", "drain_p2p", "drain_and_reset"];
    private static readonly string[] FabricStates = ["not_started", "in_progress", "completed", "failed"];

    /// <summary>How each GPU is used, by uuid; without those whose utilisation is unknown, and those of devices.</summary>
    public IReadOnlyDictionary<string, GpuUse> Uses { get; init; } = ReadOnlyDictionary<string, GpuUse>.Empty;

    /// <summary>The host's uptime when the GPUs were read, in seconds.</summary>
    public double Uptime { get; init; }

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
            var of = NvidiaCollector.LabelsOf(target, gpu.Index, gpu.Uuid);
            Write(page, of, gpu);
            if (gpu.Uuid is { } uuid && Uses.TryGetValue(uuid, out var use))
            {
                page.Add(GpuUserFamilies.HeldIdle, of, use.HeldSince is { } since ? Math.Max(0, Uptime - since) : 0);
                page.Add(GpuUserFamilies.Free, of, use.IsFree ? 1 : 0);
                page.Add(GpuUserFamilies.Unaccounted, of, use.IsBusyUnaccounted ? 1 : 0, ("kind", "utilization"));
                page.Add(GpuUserFamilies.Unaccounted, of, use.IsMemoryUnaccounted ? 1 : 0, ("kind", "memory"));
            }
        }
    }

    private void Write(MetricsPage page, Labels of, Gpu gpu)
    {
        page.Add(
            GpuFamilies.Info, of, 1, ("name", gpu.Name ?? ""), ("driver_version", gpu.DriverVersion ?? ""), ("cuda_version", CudaVersion ?? ""),
            ("compute_cap", gpu.ComputeCapability ?? ""), ("pci_bus_id", gpu.PciBusId ?? ""));
        page.Add(GpuFamilies.Utilization, of, gpu.Utilization);
        page.Add(GpuFamilies.MemoryUtilization, of, gpu.MemoryUtilization);
        page.Add(GpuFamilies.EncoderUtilization, of, gpu.Engines.Encoder);
        page.Add(GpuFamilies.DecoderUtilization, of, gpu.Engines.Decoder);
        page.Add(GpuFamilies.JpegUtilization, of, gpu.Engines.Jpeg);
        page.Add(GpuFamilies.OfaUtilization, of, gpu.Engines.Ofa);
        page.Add(GpuFamilies.MemoryTotal, of, gpu.MemoryTotalBytes);
        page.Add(GpuFamilies.MemoryUsed, of, gpu.MemoryUsedBytes);
        page.Add(GpuFamilies.MemoryFree, of, gpu.MemoryFreeBytes);
        page.Add(GpuFamilies.MemoryReserved, of, gpu.MemoryReservedBytes);
        page.Add(GpuFamilies.MemoryUnified, of, gpu.Fault is null ? gpu.MemoryUnified ? 1 : 0 : null);
        page.Add(GpuFamilies.Temperature, of, gpu.TemperatureCelsius);
        page.Add(GpuFamilies.MemoryTemperature, of, gpu.MemoryTemperatureCelsius);
        page.Add(GpuFamilies.PowerDraw, of, gpu.PowerDrawWatts);
        page.Add(GpuFamilies.PowerLimit, of, gpu.PowerLimitWatts);
        page.Add(GpuFamilies.PowerEnforcedLimit, of, gpu.PowerEnforcedLimitWatts);
        page.Add(GpuFamilies.Energy, of, gpu.EnergyJoules);
        page.Add(GpuFamilies.Fan, of, gpu.FanRatio);
        page.Add(GpuFamilies.PState, of, gpu.PState);
        page.Add(GpuFamilies.PcieGeneration, of, gpu.Pcie.Generation);
        page.Add(GpuFamilies.PcieGenerationMax, of, gpu.Pcie.MaxGeneration);
        page.Add(GpuFamilies.PcieWidth, of, gpu.Pcie.Width);
        page.Add(GpuFamilies.PcieWidthMax, of, gpu.Pcie.MaxWidth);
        page.Add(GpuFamilies.EccCorrected, of, gpu.EccCorrected);
        page.Add(GpuFamilies.EccUncorrected, of, gpu.EccUncorrected);
        WriteClocks(page, of, gpu.Clocks);
        foreach (var (reason, active) in gpu.ThrottleReasons)
        {
            page.Add(GpuFamilies.Throttle, of, active ? 1 : 0, ("reason", reason));
        }

        if (gpu.RecoveryAction is { } action)
        {
            page.AddStates(GpuFamilies.RecoveryAction, of, "action", Actions, Word(action));
        }

        if (gpu.FabricState is { } state)
        {
            page.AddStates(GpuFamilies.FabricState, of, "state", FabricStates, Word(state) == "completed" && HasFailed(gpu.FabricStatus)
                ? "failed"
                : Word(state));
        }
    }

    private static bool HasFailed(string? fabricStatus) => fabricStatus is not null && Word(fabricStatus) != "success";

#pragma warning disable CA1308 // a label value, not a key for comparison
    private static string Word(string text) => text.ToLowerInvariant().Replace(' ', '_');
#pragma warning restore CA1308

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
