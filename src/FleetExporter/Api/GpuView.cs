using FleetExporter.Collectors;
using FleetExporter.Parsing;

namespace FleetExporter.Api;

/// <summary>A GPU in the API. MiB, percent, watts, °C; null where the driver reports nothing.</summary>
public sealed record GpuView(
    int? Index, string? Uuid, string? Name, double? PowerDrawWatts, double? PowerLimitWatts, double? MemoryUsedMb, double? MemoryTotalMb, bool MemoryUnified,
    double? UtilizationPercent, double? TemperatureC, string? Fault, IReadOnlyList<GpuProcessView> Processes)
{
    private const double Mebi = 1024 * 1024;

    /// <summary>The GPUs of a reading, each with its processes.</summary>
    public static IReadOnlyList<GpuView> Of(GpuReading? reading, GpuProcessesReading? processes)
    {
        var byGpu = (processes?.Processes ?? []).ToLookup(p => p.GpuUuid);
        return [.. (reading?.Gpus ?? []).Select(g => Of(g, byGpu[g.Uuid]))];
    }

    public static GpuView Of(Gpu gpu, IEnumerable<GpuProcess> processes) => new(
        gpu.Index,
        gpu.Uuid,
        gpu.Name,
        gpu.PowerDrawWatts,
        gpu.PowerLimitWatts,
        Round(gpu.MemoryUsedBytes / Mebi),
        Round(gpu.MemoryTotalBytes / Mebi),
        gpu.MemoryUnified,
        Round(gpu.Utilization * 100),
        gpu.TemperatureCelsius,
        gpu.Fault is { } fault ? Words.Of(fault) : null,
        [.. processes.Select(p => new GpuProcessView(p.Pid, p.Name is null ? null : ProcessArguments.Mask(p.Name), Round(p.MemoryBytes / Mebi)))]);

    /// <summary>Null where it is not finite: JSON has no such number.</summary>
    internal static double? Round(double? value) => value is { } number && double.IsFinite(number) ? Math.Round(number, 1) : null;
}

/// <param name="Name">The program; its arguments are masked.</param>
public sealed record GpuProcessView(int? Pid, string? Name, double? MemoryMb);
