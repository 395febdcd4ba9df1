namespace FleetExporter.Parsing;

/// <summary>Profiling values of one GPU over one sample, from the driver's GPU performance monitoring (GPM). Null where not reported.</summary>
internal sealed record GpuProfile
{
    public required int Index { get; init; }

    /// <summary>Share of the streaming multiprocessors (SMs) that had at least one warp, averaged over time. All ratios 0-1.</summary>
    public double? SmActive { get; init; }

    /// <summary>Warps on the SMs as a share of the maximum.</summary>
    public double? SmOccupancy { get; init; }

    /// <summary>Share of time in which the tensor pipe was active; the other pipes likewise.</summary>
    public double? TensorActive { get; init; }
    public double? Fp64Active { get; init; }
    public double? Fp32Active { get; init; }
    public double? Fp16Active { get; init; }

    /// <summary>Share of time in which the memory was read or written.</summary>
    public double? DramActive { get; init; }

    /// <summary>Bytes per second, protocol overhead included.</summary>
    public double? PcieTransmit { get; init; }
    public double? PcieReceive { get; init; }

    /// <summary>Bytes per second over all links.</summary>
    public double? NvlinkTransmit { get; init; }
    public double? NvlinkReceive { get; init; }

    public bool HasValues => (SmActive ?? SmOccupancy ?? TensorActive ?? DramActive ?? PcieTransmit ?? PcieReceive) is not null;
}

/// <summary>Output of <c>nvidia-smi dmon --gpm-metrics</c>.</summary>
internal static class GpuProfiles
{
    /// <summary>Numbers of the metrics: SM activity and occupancy, tensor, DRAM, FP64, FP32, FP16, PCIe TX and RX, NVLink RX and TX.</summary>
    public const string Metrics = "2,3,5,10,11,12,13,20,21,60,61";

    private const double Mebi = 1024 * 1024;

    /// <summary>Parses the device monitor's table, as text or CSV.</summary>
    /// <param name="output">
    /// A heading that starts with <c>#</c> and names the columns, then a row per GPU and sample. The first two samples have <c>-</c> in every
    /// profiling column.
    /// </param>
    /// <returns>The last row of each GPU, by index. At most 16 GPUs, because the monitor lists no more.</returns>
    /// <exception cref="ToolFailureException">No row: a known error, or nothing could be parsed.</exception>
    /// <remarks>Seen: dmon/, driver 580.159.04.</remarks>
    public static IReadOnlyList<GpuProfile> Parse(string output)
    {
        string[]? columns = null;
        var profiles = new SortedDictionary<int, GpuProfile>();
        foreach (var line in SmiText.Lines(output))
        {
            var cells = line.TrimStart('#').Split([',', ' '], StringSplitOptions.RemoveEmptyEntries);
            if (line[0] == '#')
            {
                columns = cells is ["gpu", ..] ? cells : columns;
            }
            else if (columns is not null && cells.Length == columns.Length && Cell.Integer(cells[0]) is { } index)
            {
                profiles[index] = Read(index, name => Array.IndexOf(columns, name) is >= 0 and var at ? cells[at] : null);
                RemoteLimits.Check(profiles.Count, RemoteLimits.Gpus, "GPUs");
            }
        }

        return profiles.Count > 0 ? [.. profiles.Values] : throw SmiText.Failure(output);
    }

    private static GpuProfile Read(int index, Func<string, string?> cell) => new()
    {
        Index = index,
        SmActive = Cell.Ratio(cell("smutil")),
        SmOccupancy = Cell.Ratio(cell("smocc")),
        TensorActive = Cell.Ratio(cell("mmaact")),
        DramActive = Cell.Ratio(cell("dram")),
        Fp64Active = Cell.Ratio(cell("fp64")),
        Fp32Active = Cell.Ratio(cell("fp32")),
        Fp16Active = Cell.Ratio(cell("fp16")),
        PcieTransmit = BytesPerSecond(cell("pcitx")),
        PcieReceive = BytesPerSecond(cell("pcirx")),
        NvlinkTransmit = BytesPerSecond(cell("nvltx")),
        NvlinkReceive = BytesPerSecond(cell("nvlrx")),
    };

    /// <summary>From MiB/s.</summary>
    private static double? BytesPerSecond(string? cell) => Cell.Number(cell, "", 0, 1e9) * Mebi;
}
