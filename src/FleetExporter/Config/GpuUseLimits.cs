namespace FleetExporter.Config;

/// <summary>When a GPU counts as idle, as held idle and as free, from <c>thresholds</c>.</summary>
/// <param name="IdleRatio">Utilisation from which it is in use, 0-1.</param>
/// <param name="HeldIdleAfter">Time without use after which memory that is held on it counts as wasted.</param>
/// <param name="FreeMemoryBytes">Memory in use up to which it may be free; drivers use some themselves.</param>
/// <param name="FreeAfter">Time without use and without processes after which it is free.</param>
internal sealed record GpuUseLimits(double IdleRatio, TimeSpan HeldIdleAfter, double FreeMemoryBytes, TimeSpan FreeAfter)
{
    public static GpuUseLimits Default { get; } = Of(Threshold.Defaults);

    public static GpuUseLimits Of(ValueMap<double> thresholds) => new(
        thresholds["gpu_idle_ratio"],
        Seconds(thresholds["gpu_held_idle_seconds"]),
        thresholds["gpu_free_memory_bytes"],
        Seconds(thresholds["gpu_free_seconds"]));

    /// <summary>A threshold may be any number, to mean never.</summary>
    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(Math.Min(seconds, 1e9));
}
