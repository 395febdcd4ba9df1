namespace FleetExporter.History;

/// <summary>The values that are kept in memory.</summary>
internal enum RecentValue
{
    /// <summary>Percent of all CPUs, of a host.</summary>
    Cpu,

    /// <summary>Used memory of a host in percent.</summary>
    Memory,

    /// <summary>1 while a host is connected and not silent, or a target's last attempt succeeded; else 0.</summary>
    Up,

    /// <summary>Duration of a target's last attempt in milliseconds; absent where it failed.</summary>
    Latency,

    /// <summary>Percent.</summary>
    GpuUtilization,

    /// <summary>Used memory of a GPU in MiB.</summary>
    GpuMemory,
    GpuTemperature,
    GpuPower,
}
