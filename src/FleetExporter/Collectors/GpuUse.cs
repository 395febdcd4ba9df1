namespace FleetExporter.Collectors;

/// <summary>Why a GPU is not free: the first that applies.</summary>
internal enum NotFree
{
    /// <summary>Its host is not connected.</summary>
    HostOffline,

    /// <summary>The GPUs of its host are released for maintenance.</summary>
    Released,

    /// <summary>It does not respond, or needs a reset.</summary>
    Lost,

    /// <summary>A process is on it.</summary>
    Processes,

    /// <summary>The driver reports no utilisation, or the processes on it are not known.</summary>
    Unknown,

    /// <summary>More memory is in use than <c>gpu_free_memory_bytes</c>, by no visible process.</summary>
    Memory,

    /// <summary>It works, for no visible process.</summary>
    Utilization,

    /// <summary>It was in use less than <c>gpu_free_seconds</c> ago.</summary>
    RecentlyUsed,
}

/// <summary>How a GPU is used. Times are the host's uptime in seconds.</summary>
/// <param name="NotFree">Why it is not free; null if it is.</param>
/// <param name="HeldSince">Since when memory or a process is on it while it does nothing; null while that is not so.</param>
/// <param name="FreeSince">Since when nothing is on it and it does nothing; null while that is not so, or not known.</param>
/// <param name="IsBusyUnaccounted">It works, and no process is visible.</param>
/// <param name="IsMemoryUnaccounted">Much of its memory is in use, and no process is visible.</param>
internal readonly record struct GpuUse(NotFree? NotFree, double? HeldSince, double? FreeSince, bool IsBusyUnaccounted, bool IsMemoryUnaccounted)
{
    public bool IsFree => NotFree is null;
}
