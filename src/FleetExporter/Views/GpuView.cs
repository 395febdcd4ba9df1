using FleetExporter.Collectors;
using FleetExporter.Parsing;
using FleetExporter.Polling.Snapshots;

namespace FleetExporter.Views;

/// <summary>A GPU in the API. Units: watts, whole MiB, percent, °C; null where the driver reports nothing.</summary>
/// <param name="TemperatureLimitC">Temperature above which the driver lowers the clocks.</param>
internal sealed record GpuView(
    int? Index, string? Uuid, string? Name, double? PowerDrawWatts, double? PowerLimitWatts, long? MemoryUsedMb, long? MemoryTotalMb,
    bool MemoryUnified, long? UtilizationPercent, long? TemperatureC, long? TemperatureLimitC, string? Fault, IReadOnlyList<GpuProcessView> Processes)
{
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

    /// <summary>Whether it is free; null for the GPUs of a stream, which are about values.</summary>
    public GpuUseView? Use { get; init; }

    /// <summary>The GPUs of a host, each with its processes and its use; none without a fresh reading.</summary>
    public static IReadOnlyList<GpuView> Of(HostSnapshot host, Instant now)
    {
        if (host.Get<GpuReading>(now) is not { } reading)
        {
            return [];
        }

        var byGpu = (host.Get<GpuProcessesReading>(now)?.Processes ?? []).ToLookup(p => p.Process.GpuUuid);
        return [.. reading.Gpus.Select(gpu => Of(gpu, byGpu[gpu.Uuid]) with { Use = GpuUseView.Of(host, reading, gpu, now) })];
    }

    public static GpuView Of(Gpu gpu, IEnumerable<OwnedGpuProcess> processes) => new(
        gpu.Index,
        gpu.Uuid,
        gpu.Name,
        gpu.PowerDrawWatts,
        gpu.PowerLimitWatts,
        JsonNumber.Mebibytes(gpu.MemoryUsedBytes),
        JsonNumber.Mebibytes(gpu.MemoryTotalBytes),
        gpu.MemoryUnified,
        JsonNumber.Whole(gpu.Utilization * 100),
        JsonNumber.Whole(gpu.TemperatureCelsius),
        JsonNumber.Whole(gpu.TemperatureLimitCelsius),
        gpu.Fault is { } fault ? Words.Of(fault) : null,
        [.. processes.Select(GpuProcessView.Of)])
    {
        MemoryFreeMb = JsonNumber.Mebibytes(gpu.MemoryFreeBytes),
        MemoryUtilizationPercent = JsonNumber.Whole(gpu.MemoryUtilization * 100),
        EncoderUtilizationPercent = JsonNumber.Whole(gpu.Engines.Encoder * 100),
        DecoderUtilizationPercent = JsonNumber.Whole(gpu.Engines.Decoder * 100),
        MemoryTemperatureC = JsonNumber.Whole(gpu.MemoryTemperatureCelsius),
        PowerEnforcedLimitWatts = gpu.PowerEnforcedLimitWatts,
        EccCorrected = JsonNumber.Whole(gpu.EccCorrected),
        EccUncorrected = JsonNumber.Whole(gpu.EccUncorrected),
        Pcie = PcieLinkView.Of(gpu.Pcie),
        MemoryRepairs = MemoryRepairsView.Of(gpu.RemappedRows ?? new(), gpu.RetiredPages ?? new()),
    };
}

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
            JsonNumber.Whole(rows.Correctable + rows.Uncorrectable), rows.Pending, rows.Failed, JsonNumber.Whole(pages.SingleBit + pages.DoubleBit),
            pages.Pending);
}
