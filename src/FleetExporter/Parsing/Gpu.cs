namespace FleetExporter.Parsing;

/// <summary>Fault of a GPU as reported by the driver.</summary>
public enum GpuFault
{
    /// <summary>It has fallen off the bus (NVML 15).</summary>
    Lost,

    /// <summary>It responds, but needs a reset before it can run anything (NVML 16).</summary>
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

/// <summary>Share of time in which each engine beside the SMs was busy, 0-1; null where not reported.</summary>
internal sealed record GpuEngines
{
    public double? Encoder { get; init; }
    public double? Decoder { get; init; }
    public double? Jpeg { get; init; }

    /// <summary>Optical flow accelerator.</summary>
    public double? Ofa { get; init; }
}

/// <summary>The PCIe link of a GPU; null where not reported. A GB10, which is connected by C2C, reports generation 1 and width 1 of 16.</summary>
internal sealed record PcieLink
{
    /// <summary>Drops while the GPU is idle.</summary>
    public int? Generation { get; init; }

    /// <summary>Lanes.</summary>
    public int? Width { get; init; }

    /// <summary>Highest generation that both the GPU and its slot support.</summary>
    public int? MaxGeneration { get; init; }

    /// <summary>Most lanes that both the GPU and its slot support.</summary>
    public int? MaxWidth { get; init; }
}

/// <summary>One reason why the driver limits clocks, without prefix: <c>sw_power_cap</c>.</summary>
internal sealed record ThrottleReason(string Reason, bool Active);

/// <summary>One GPU, in base units, ratios 0-1. Null where the driver reports no value, never 0.</summary>
internal sealed record Gpu
{
    public int? Index { get; init; }
    public string? Uuid { get; init; }
    public string? Name { get; init; }
    public string? DriverVersion { get; init; }

    /// <summary>Vendor as pushed by a device. Never set by a parser, because nvidia-smi lists NVIDIA GPUs only.</summary>
    public string? Vendor { get; init; }

    /// <summary>As <see cref="Parsing.PciBusId.Normalise"/> writes it.</summary>
    public string? PciBusId { get; init; }
    public string? ComputeCapability { get; init; }

    /// <summary>0 (fastest) to 15.</summary>
    public int? PState { get; init; }

    /// <summary>Null with MIG enabled: the driver reports none for the whole GPU.</summary>
    public double? Utilization { get; init; }

    /// <summary>Share of time in which the memory was read or written; null where <see cref="Utilization"/> is, and on unified memory.</summary>
    public double? MemoryUtilization { get; init; }

    /// <summary>Null on unified memory (GB10, Jetson). With MIG enabled, the sum over the slices.</summary>
    public double? MemoryTotalBytes { get; init; }

    /// <summary>The device does not support memory values; false where reading them failed.</summary>
    public bool MemoryNotSupported { get; init; }

    /// <summary>Null also when <see cref="Fault"/> is set: such a GPU reports a plausible 0 MiB (threads/h100-needs-reset).</summary>
    public double? MemoryUsedBytes { get; init; }

    /// <summary>
    /// Allocatable memory: less than total minus used where the driver reserves some. Null also when <see cref="Fault"/> is set; with unified
    /// memory MemAvailable of the host.
    /// </summary>
    public double? MemoryFreeBytes { get; init; }

    /// <summary>Reserved by driver and firmware, neither used nor free. Null also when <see cref="Fault"/> is set, and on unified memory.</summary>
    public double? MemoryReservedBytes { get; init; }
    public GpuEngines Engines { get; init; } = new();
    public double? TemperatureCelsius { get; init; }

    /// <summary>Null for most boards without HBM.</summary>
    public double? MemoryTemperatureCelsius { get; init; }

    /// <summary>
    /// Slowdown temperature, else the target of the fan control. Not set by parsers of the query, because it comes from the detailed
    /// report.
    /// </summary>
    public double? TemperatureLimitCelsius { get; init; }

    /// <summary>May exceed <see cref="PowerLimitWatts"/> (threads/8x-gtx1080ti).</summary>
    public double? PowerDrawWatts { get; init; }
    public double? PowerLimitWatts { get; init; }

    /// <summary>The lowest of all limits that apply, below <see cref="PowerLimitWatts"/> while another limiter is active.</summary>
    public double? PowerEnforcedLimitWatts { get; init; }

    /// <summary>Share of the fan's nominal speed, so it may exceed 1; null on passively cooled GPUs.</summary>
    public double? FanRatio { get; init; }
    public GpuClocks Clocks { get; init; } = new();
    public PcieLink Pcie { get; init; } = new();

    /// <summary>Only reasons that the driver reported.</summary>
    public IReadOnlyList<ThrottleReason> ThrottleReasons { get; init; } = [];

    /// <summary>Corrected memory errors since the board was made; null without ECC.</summary>
    public double? EccCorrected { get; init; }

    /// <summary>Uncorrected memory errors since the board was made; null without ECC.</summary>
    public double? EccUncorrected { get; init; }

    /// <summary><c>None</c>, <c>Reset</c>, <c>Reboot</c>, <c>Drain P2P</c>, <c>Drain and Reset</c> as the driver words it.</summary>
    public string? RecoveryAction { get; init; }

    /// <summary>Registration with the NVLink fabric as the driver words it: <c>Not Started</c>, <c>In Progress</c>, <c>Completed</c>.</summary>
    public string? FabricState { get; init; }

    /// <summary>Result of a completed registration: <c>Success</c>, or the error.</summary>
    public string? FabricStatus { get; init; }
    public bool? MigEnabled { get; init; }
    public GpuFault? Fault { get; init; }

    /// <summary>The memory values are the host's. Set by the derivation, not by a parser.</summary>
    public bool MemoryUnified { get; init; }

    /// <summary>From the detailed report. Set by the derivation, not by a parser of the query.</summary>
    public RemappedRows? RemappedRows { get; init; }

    /// <inheritdoc cref="RemappedRows"/>
    public RetiredPages? RetiredPages { get; init; }

    /// <summary>Energy integrated from power draw. Set by the derivation, not by a parser.</summary>
    public double? EnergyJoules { get; init; }
}
