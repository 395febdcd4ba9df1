using FleetExporter.Parsing;

namespace FleetExporter.Polling.Derivation;

/// <summary>GPUs without memory of their own (GB10, Thor, Orin): total is the host's MemTotal, used is MemTotal minus MemAvailable.</summary>
internal static class UnifiedMemory
{
    /// <summary>nvidia-smi prints whole MiB.</summary>
    private const double Rounding = 1.5 * 1024 * 1024;

    /// <summary>
    /// Marks the GPUs that share the host's memory, and gives them the values of the latest meminfo.
    /// </summary>
    public static IReadOnlyList<Gpu> Apply(IReadOnlyList<Gpu> gpus, HostMemory? host) => !gpus.Any(g => IsShared(g, host))
        ? gpus
        : [.. gpus.Select(g => !IsShared(g, host) ? g : g with
        {
            MemoryUnified = true,
            MemoryTotalBytes = host?.Total,
            MemoryUsedBytes = host?.Available is { } available ? host.Total - available : null,
            MemoryFreeBytes = host?.Available,
            MemoryReservedBytes = null,
        })];

    /// <summary>Whether the GPU may share the host's memory. A board with memory of its own reports a power limit.</summary>
    public static bool IsPossible(Gpu gpu) => gpu.MemoryUnified || gpu is { Fault: null, PowerLimitWatts: null };

    /// <summary>
    /// Drivers report memory either as not available or as MemTotal; an unreadable value (unknown error, lost GPU) decides nothing.
    /// </summary>
    private static bool IsShared(Gpu gpu, HostMemory? host) =>
        gpu.MemoryUnified
        || (IsPossible(gpu)
        && (gpu.MemoryTotalBytes is { } total
            ? host is not null && Math.Abs(total - host.Total) < Rounding
            : gpu.MemoryNotSupported));
}
