namespace FleetExporter.Parsing;

/// <summary>What the driver says of a GPU that cannot work.</summary>
public enum GpuFault
{
    /// <summary>It has fallen off the bus (NVML 15).</summary>
    Lost,

    /// <summary>It answers, but nothing can run on it before a reset (NVML 16).</summary>
    ResetRequired,
}

/// <summary>Clocks in hertz; null where not reported.</summary>
internal sealed record GpuClocks
{
    public double? Sm { get; init; }
    public double? Memory { get; init; }
    public double? Graphics { get; init; }
    public double? Video { get; init; }
    public double? MaxSm { get; init; }
    public double? MaxMemory { get; init; }
    public double? MaxGraphics { get; init; }
}

/// <summary>One reason for which a driver can hold clocks down, named without its prefix: <c>sw_power_cap</c>.</summary>
internal sealed record ThrottleReason(string Reason, bool Active);

/// <summary>One GPU of one answer, in base units, ratios 0-1. Null means that the driver has no value, which is never 0.</summary>
internal sealed record Gpu
{
    public int? Index { get; init; }
    public string? Uuid { get; init; }
    public string? Name { get; init; }
    public string? DriverVersion { get; init; }

    /// <summary>Who made it, as a device that pushes says. Never set by a parser: what nvidia-smi lists is NVIDIA's.</summary>
    public string? Vendor { get; init; }

    /// <summary>As <see cref="Parsing.PciBusId.Normalise"/> writes it.</summary>
    public string? PciBusId { get; init; }
    public string? ComputeCapability { get; init; }

    /// <summary>0 (fastest) to 15.</summary>
    public int? PState { get; init; }

    /// <summary>Null with MIG on: the card has no utilization of its own then.</summary>
    public double? Utilization { get; init; }

    /// <summary>Share of time in which the memory was read or written; null where <see cref="Utilization"/> is, and on unified memory.</summary>
    public double? MemoryUtilization { get; init; }

    /// <summary>Null on unified memory (GB10, Jetson). With MIG on the sum over the slices.</summary>
    public double? MemoryTotalBytes { get; init; }

    /// <summary>The driver says that the device has no memory of its own to report; false where a value could not be read this time.</summary>
    public bool MemoryNotSupported { get; init; }

    /// <summary>Null also when <see cref="Fault"/> is set: such a GPU reports a plausible 0 MiB (threads/h100-needs-reset).</summary>
    public double? MemoryUsedBytes { get; init; }

    /// <summary>
    /// What the driver gives out: less than total minus used where it keeps some for itself. Null also when <see cref="Fault"/> is set; with unified
    /// memory MemAvailable of the host.
    /// </summary>
    public double? MemoryFreeBytes { get; init; }

    public double? TemperatureCelsius { get; init; }

    /// <summary>
    /// Above it the driver lowers the clocks; where it does not say, what the fan control aims at. Never set by a parser: it takes the detailed
    /// report.
    /// </summary>
    public double? TemperatureLimitCelsius { get; init; }

    /// <summary>May exceed <see cref="PowerLimitWatts"/> (threads/8x-gtx1080ti).</summary>
    public double? PowerDrawWatts { get; init; }
    public double? PowerLimitWatts { get; init; }

    /// <summary>Of the fan's nominal speed, so it may exceed 1; null on passively cooled cards.</summary>
    public double? FanRatio { get; init; }
    public GpuClocks Clocks { get; init; } = new();

    /// <summary>Only those that the driver reported.</summary>
    public IReadOnlyList<ThrottleReason> ThrottleReasons { get; init; } = [];

    /// <summary>Uncorrected memory errors since the board was made; null without ECC.</summary>
    public double? EccUncorrected { get; init; }

    /// <summary><c>None</c>, <c>Reset</c>, <c>Reboot</c>, <c>Drain P2P</c>, <c>Drain and Reset</c> as the driver words it.</summary>
    public string? RecoveryAction { get; init; }
    public bool? MigEnabled { get; init; }
    public GpuFault? Fault { get; init; }

    /// <summary>The memory values are the host's. Never set by a parser: it takes the host's memory to know.</summary>
    public bool MemoryUnified { get; init; }

    /// <summary>Integrated from power over polls. Never set by a parser: it takes two moments.</summary>
    public double? EnergyJoules { get; init; }
}
