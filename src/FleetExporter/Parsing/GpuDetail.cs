namespace FleetExporter.Parsing;

/// <summary>Values of a GPU that are only in the XML output. Celsius and bytes; null where not reported.</summary>
internal sealed record GpuDetail
{
    /// <summary>Position in the output, from 0. The XML has no index; they are equal where no GPU is missing.</summary>
    public required int Position { get; init; }
    public string? Uuid { get; init; }
    public string? PciBusId { get; init; }

    /// <summary>Temperature at which the driver lowers the clocks.</summary>
    public double? SlowdownCelsius { get; init; }

    /// <summary>Temperature at which the GPU turns off.</summary>
    public double? ShutdownCelsius { get; init; }

    /// <summary>Target temperature of the fan control.</summary>
    public double? TargetCelsius { get; init; }

    /// <summary>Packets that were sent again over PCIe, since the GPU was last reset.</summary>
    public double? PcieReplays { get; init; }

    /// <summary>The window through which the host addresses the GPU's memory.</summary>
    public double? Bar1TotalBytes { get; init; }
    public double? Bar1UsedBytes { get; init; }
    public RemappedRows RemappedRows { get; init; } = new();
    public RetiredPages RetiredPages { get; init; } = new();
    public IReadOnlyList<MigSlice> Slices { get; init; } = [];
}

/// <summary>Rows of memory replaced by spare ones: Ampere and later with ECC, not with MIG enabled. Null where not reported.</summary>
internal sealed record RemappedRows
{
    /// <summary>Rows with correctable errors.</summary>
    public double? Correctable { get; init; }

    /// <summary>Rows with uncorrectable errors.</summary>
    public double? Uncorrectable { get; init; }

    /// <summary>A row is remapped at the next reset of the GPU.</summary>
    public bool? Pending { get; init; }

    /// <summary>A row could not be remapped, for want of a spare row.</summary>
    public bool? Failed { get; init; }
}

/// <summary>Pages of memory that are no longer used: GPUs before Ampere with ECC. Null where not reported.</summary>
internal sealed record RetiredPages
{
    /// <summary>For more than one single-bit error.</summary>
    public double? SingleBit { get; init; }

    /// <summary>For a double-bit error.</summary>
    public double? DoubleBit { get; init; }

    /// <summary>A page is retired at the next reset of the GPU or start of the driver.</summary>
    public bool? Pending { get; init; }
}

/// <summary>
/// A MIG slice of a GPU. Its memory is part of the GPU's memory. The XML has no profile, utilisation, temperature, power or clocks of a slice,
/// and of its errors only <see cref="SramUncorrected"/>.
/// </summary>
/// <param name="Index">The slice's number on its GPU.</param>
internal sealed record MigSlice(string Index, int? GpuInstance, int? ComputeInstance, double? MemoryTotalBytes, double? MemoryUsedBytes)
{
    public double? Bar1TotalBytes { get; init; }
    public double? Bar1UsedBytes { get; init; }

    /// <summary>Uncorrected errors of the SRAM since the driver was loaded.</summary>
    public double? SramUncorrected { get; init; }
}
