using System.Collections.Immutable;
using FleetExporter.Collectors;
using FleetExporter.Config;
using FleetExporter.Parsing;

namespace FleetExporter.Polling.Derivation;

/// <summary>Derives since when a GPU is held without being used, since when it is free, and what is used by no visible process.</summary>
internal static class GpuUses
{
    /// <summary>Utilisation without a visible process that is not noise of the driver.</summary>
    private const double BusyRatio = 0.2;

    /// <summary>Memory without a visible process: more than the desktop of a workstation, whose processes the driver does not list.</summary>
    private const double UnaccountedShare = 0.15;

    private const double MinUnaccountedBytes = 2.0 * 1024 * 1024 * 1024;

    /// <param name="processes">The processes on the host's GPUs; null where they are not known.</param>
    /// <param name="seconds">Time since the last answer; 0 after a gap, in which anything may have happened.</param>
    public static ImmutableDictionary<string, GpuUse> Remember(
        ImmutableDictionary<string, GpuUse> previous, GpuAnswer answer, IReadOnlyList<OwnedGpuProcess>? processes, double seconds,
        GpuUseLimits limits)
    {
        var uses = ImmutableDictionary.CreateBuilder<string, GpuUse>(StringComparer.Ordinal);
        foreach (var gpu in answer.Gpus)
        {
            if (gpu is { Uuid: { } uuid, Fault: null, Utilization: { } utilization } && !uses.ContainsKey(uuid))
            {
                var before = seconds > 0 ? previous.GetValueOrDefault(uuid) : default;
                uses.Add(uuid, Next(before, gpu, utilization, processes?.Where(p => p.Process.GpuUuid == uuid).ToList(), answer.Uptime, limits));
            }
        }

        return uses.ToImmutable();
    }

    private static GpuUse Next(
        GpuUse before, Gpu gpu, double utilization, IReadOnlyList<OwnedGpuProcess>? processes, double uptime, GpuUseLimits limits)
    {
        // Where the host owns the memory, only processes tell whether the GPU holds some.
        var used = gpu.MemoryUnified || gpu.MemoryNotSupported ? null : gpu.MemoryUsedBytes;
        var isIdle = utilization < limits.IdleRatio;
        var hasMemory = used > limits.FreeMemoryBytes;
        var hasProcesses = processes is { Count: > 0 };
        var isWithout = processes is { Count: 0 };
        double? freeSince = isIdle && !hasMemory && isWithout ? before.FreeSince ?? uptime : null;
        NotFree? notFree = hasProcesses ? NotFree.Processes
            : !isWithout ? NotFree.Unknown
            : hasMemory ? NotFree.Memory
            : !isIdle ? NotFree.Utilization
            : uptime - freeSince < limits.FreeAfter.TotalSeconds ? NotFree.RecentlyUsed
            : null;
        return new GpuUse(
            notFree,
            isIdle && (hasMemory || hasProcesses) ? before.HeldSince ?? uptime : null,
            freeSince,
            isWithout && utilization >= BusyRatio,
            isWithout && used > Math.Max(MinUnaccountedBytes, UnaccountedShare * gpu.MemoryTotalBytes ?? 0));
    }
}
