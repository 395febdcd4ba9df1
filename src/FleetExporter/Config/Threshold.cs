namespace FleetExporter.Config;

/// <summary>One key of <c>thresholds:</c>.</summary>
/// <param name="Name">Ends with its unit; the label <c>name</c> of <c>fleet_threshold</c>.</param>
/// <param name="Default">In the base unit.</param>
/// <param name="DefaultText">The default as it is written in fleet.yml.</param>
internal sealed record Threshold(string Name, double Default, string DefaultText)
{
    /// <summary>Every threshold, in the order of the documentation.</summary>
    public static readonly IReadOnlyList<Threshold> All =
    [
        new("session_cpu_ratio", 0.8, "0.8"),
        new("session_memory_bytes", 2147483648, "2GiB"),
        new("host_cpu_ratio", 0.9, "0.9"),
        new("host_memory_ratio", 0.9, "0.9"),
        new("gpu_temperature_warning_celsius", 80, "80"),
        new("gpu_temperature_critical_celsius", 90, "90"),
        new("gpu_memory_ratio", 0.9, "0.9"),
        new("gpu_idle_ratio", 0.05, "0.05"),
        new("gpu_held_idle_seconds", 1800, "1800"),
        new("gpu_free_memory_bytes", 1073741824, "1GiB"),
        new("gpu_free_seconds", 300, "300"),
        new("unified_memory_available_bytes", 4294967296, "4GiB"),
        new("memory_pressure_ratio", 0.2, "0.2"),
        new("tmux_sessions", 50, "50"),
        new("service_latency_seconds", 2, "2"),
        new("subagent_age_seconds", 1800, "1800"),
        new("cost_daily_usd", 50, "50"),
    ];

    private static readonly string[] Units = ["ratio", "bytes", "celsius", "seconds", "usd"];

    public static readonly ValueMap<double> Defaults = new(All.Select(threshold => KeyValuePair.Create(threshold.Name, threshold.Default)));

    /// <summary>ratio, bytes, celsius, seconds or usd, from the end of the name; null for a number of things.</summary>
    public string? Unit => Units.FirstOrDefault(unit => Name.EndsWith($"_{unit}", StringComparison.Ordinal));

    /// <summary>Whether the value is an amount of memory, which may have a size unit.</summary>
    public bool IsBytes => Unit == "bytes";

    /// <returns>Null for an unknown name.</returns>
    public static Threshold? Find(string name) => All.FirstOrDefault(threshold => threshold.Name == name);
}
