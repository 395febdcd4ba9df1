using FleetExporter.Collectors;
using FleetExporter.Parsing;

namespace FleetExporter.Views;

/// <summary>A GPU in the API. Units: watts, whole MiB, percent, °C; null where the driver reports nothing.</summary>
/// <param name="TemperatureLimitC">Temperature above which the driver lowers the clocks.</param>
internal sealed record GpuView(
    int? Index, string? Uuid, string? Name, double? PowerDrawWatts, double? PowerLimitWatts, long? MemoryUsedMb, long? MemoryTotalMb,
    bool MemoryUnified, long? UtilizationPercent, long? TemperatureC, long? TemperatureLimitC, string? Fault, IReadOnlyList<GpuProcessView> Processes)
{
    private const double Mebi = 1024 * 1024;

    public long? MemoryFreeMb { get; init; }
    public long? MemoryUtilizationPercent { get; init; }
    public long? EncoderUtilizationPercent { get; init; }
    public long? DecoderUtilizationPercent { get; init; }
    public long? MemoryTemperatureC { get; init; }
    public double? PowerEnforcedLimitWatts { get; init; }

    /// <summary>Memory errors since the board was made.</summary>
    public long? EccCorrected { get; init; }
    public long? EccUncorrected { get; init; }
    public PcieLinkView? Pcie { get; init; }
    public MemoryRepairsView? MemoryRepairs { get; init; }
    private const double MaxWhole = (1L << 53) - 1;

    /// <summary>The GPUs of a reading, each with its processes.</summary>
    public static IReadOnlyList<GpuView> Of(GpuReading? reading, GpuProcessesReading? processes)
    {
        var byGpu = (processes?.Processes ?? []).ToLookup(p => p.GpuUuid);
        return [.. (reading?.Gpus ?? []).Select(g => Of(g, byGpu[g.Uuid]))];
    }

    public static GpuView Of(Gpu gpu, IEnumerable<GpuProcess> processes) => new(
        gpu.Index,
        gpu.Uuid,
        gpu.Name,
        gpu.PowerDrawWatts,
        gpu.PowerLimitWatts,
        Mebibytes(gpu.MemoryUsedBytes),
        Mebibytes(gpu.MemoryTotalBytes),
        gpu.MemoryUnified,
        Whole(gpu.Utilization * 100),
        Whole(gpu.TemperatureCelsius),
        Whole(gpu.TemperatureLimitCelsius),
        gpu.Fault is { } fault ? Words.Of(fault) : null,
        [.. processes.Select(p => new GpuProcessView(p.Pid, p.Name is null ? null : ProcessArguments.Mask(p.Name), Mebibytes(p.MemoryBytes)))])
    {
        MemoryFreeMb = Mebibytes(gpu.MemoryFreeBytes),
        MemoryUtilizationPercent = Whole(gpu.MemoryUtilization * 100),
        EncoderUtilizationPercent = Whole(gpu.Engines.Encoder * 100),
        DecoderUtilizationPercent = Whole(gpu.Engines.Decoder * 100),
        MemoryTemperatureC = Whole(gpu.MemoryTemperatureCelsius),
        PowerEnforcedLimitWatts = gpu.PowerEnforcedLimitWatts,
        EccCorrected = Whole(gpu.EccCorrected),
        EccUncorrected = Whole(gpu.EccUncorrected),
        Pcie = PcieLinkView.Of(gpu.Pcie),
        MemoryRepairs = MemoryRepairsView.Of(gpu.RemappedRows ?? new(), gpu.RetiredPages ?? new()),
    };

    /// <summary>Rounds to one decimal; null where the value is not finite, which JSON cannot represent.</summary>
    internal static double? Round(double? value) => value is { } number && double.IsFinite(number) ? Math.Round(number, 1) : null;

    /// <summary>The nearest whole number; null where the value is not finite, or too large for an integer of JavaScript.</summary>
    internal static long? Whole(double? value) =>
        value is { } number && Math.Abs(number) <= MaxWhole ? (long)Math.Round(number, MidpointRounding.AwayFromZero) : null;

    /// <summary>Converts bytes to whole MiB.</summary>
    internal static long? Mebibytes(double? bytes) => Whole(bytes / Mebi);
}

/// <param name="Name">The command line with masked arguments.</param>
internal sealed record GpuProcessView(int? Pid, string? Name, long? MemoryMb);

/// <summary>The PCIe link of a GPU; the maxima are what GPU and slot both support.</summary>
/// <param name="Width">Lanes.</param>
internal sealed record PcieLinkView(int? Generation, int? GenerationMax, int? Width, int? WidthMax)
{
    /// <summary>Null where nothing is reported.</summary>
    public static PcieLinkView? Of(PcieLink link) =>
        link == new PcieLink() ? null : new PcieLinkView(link.Generation, link.MaxGeneration, link.Width, link.MaxWidth);
}

/// <summary>Faulty memory that was replaced, as rows (Ampere and later) or pages (before). What is pending happens at the next reset.</summary>
internal sealed record MemoryRepairsView(
    long? RemappedRows, bool? RemappingPending, bool? RemappingFailed, long? RetiredPages, bool? RetirementPending)
{
    /// <summary>Null where nothing is reported.</summary>
    public static MemoryRepairsView? Of(RemappedRows rows, RetiredPages pages) => rows == new RemappedRows() && pages == new RetiredPages()
        ? null
        : new MemoryRepairsView(
            GpuView.Whole(rows.Correctable + rows.Uncorrectable), rows.Pending, rows.Failed, GpuView.Whole(pages.SingleBit + pages.DoubleBit),
            pages.Pending);
}
