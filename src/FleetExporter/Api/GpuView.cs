using FleetExporter.Collectors;
using FleetExporter.Parsing;

namespace FleetExporter.Api;

/// <summary>A GPU in the API. MiB, percent, watts, °C; null where the driver reports nothing.</summary>
public sealed record GpuView(
    int? Index, string? Uuid, string? Name, double? PowerDrawWatts, double? PowerLimitWatts, double? MemoryUsedMb, double? MemoryTotalMb, bool MemoryUnified,
    double? UtilizationPercent, double? TemperatureC, string? Fault, IReadOnlyList<GpuProcessView> Processes)
{
    private const double Mebi = 1024 * 1024;

    public static GpuView Of(Gpu gpu, GpuProcessesReading? processes) => new(
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
        [.. (processes?.Processes ?? []).Where(p => p.GpuUuid == gpu.Uuid).Select(p => new GpuProcessView(p.Pid, p.Name is null ? null : ProcessArguments.Mask(p.Name), Round(p.MemoryBytes / Mebi)))]);

    internal static double? Round(double? value) => value is { } number ? Math.Round(number, 1) : null;
}

/// <param name="Name">The program; its arguments are masked.</param>
public sealed record GpuProcessView(int? Pid, string? Name, double? MemoryMb);
