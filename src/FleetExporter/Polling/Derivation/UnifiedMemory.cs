using FleetExporter.Collectors;
using FleetExporter.Parsing;

namespace FleetExporter.Polling.Derivation;

/// <summary>GPUs without memory of their own (GB10, Thor, Orin): their total is the host's MemTotal, their use MemTotal minus MemAvailable.</summary>
public static class UnifiedMemory
{
    /// <summary>nvidia-smi prints whole MiB.</summary>
    private const double Rounding = 1.5 * 1024 * 1024;

    /// <summary>Marks the GPUs that share the host's memory, and fills in their values.</summary>
    public static GpuReading Apply(GpuReading reading, HostMemory? host) =>
        Refresh(reading with { Gpus = [.. reading.Gpus.Select(g => g with { MemoryUnified = IsUnified(g, host) })] }, host);

    /// <summary>Takes the values of GPUs that are marked from a newer meminfo.</summary>
    public static GpuReading Refresh(GpuReading reading, HostMemory? host) => !reading.Gpus.Any(g => g.MemoryUnified)
        ? reading
        : reading with
        {
            Gpus = [.. reading.Gpus.Select(g => !g.MemoryUnified ? g : g with
            {
                MemoryTotalBytes = host?.Total,
                MemoryUsedBytes = host?.Available is { } available ? host.Total - available : null,
                MemoryFreeBytes = host?.Available,
            })],
        };

    /// <summary>
    /// Drivers say either that memory is not available or that it is MemTotal. A board with memory of its own also reports a power limit, which these
    /// do not; a value that could not be read (unknown error, lost GPU) decides nothing.
    /// </summary>
    private static bool IsUnified(Gpu gpu, HostMemory? host) =>
        gpu.Fault is null
        && gpu.PowerLimitWatts is null
        && (gpu.MemoryTotalBytes is { } total
            ? host is not null && Math.Abs(total - host.Total) < Rounding
            : gpu.MemoryNotSupported);
}
