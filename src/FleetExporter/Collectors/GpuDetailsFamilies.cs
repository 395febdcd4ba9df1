using FleetExporter.Metrics;
using static FleetExporter.Collectors.GpuFamilies;

namespace FleetExporter.Collectors;

/// <summary>The metric families of <see cref="GpuDetailsCollector"/>.</summary>
internal static class GpuDetailsFamilies
{
    public static readonly MetricFamily Limit = PerGpu(
        "temperature_limit_celsius",
        "Temperature at which the GPU throttles (slowdown) or powers off (shutdown), or its target temperature (target), from nvidia-smi -q; "
            + "computed from the margin (T.Limit) where only that is reported.", "level");

    public static readonly MetricFamily PcieReplays = CounterPerGpu(
        "pcie_replays_total", "Packets that were sent again over PCIe since the GPU was reset, Replays Since Reset of nvidia-smi -q.");
    public static readonly MetricFamily Bar1Used = PerGpu(
        "bar1_memory_used_bytes", "Used part of BAR1, the window through which the host addresses the GPU's memory, from nvidia-smi -q.");
    public static readonly MetricFamily Bar1Total = PerGpu("bar1_memory_total_bytes", "Size of BAR1, from nvidia-smi -q.");

    public static readonly MetricFamily RowsRemapped = CounterPerGpu(
        "remapped_rows_total", "Rows of the memory that were replaced by spare rows, by the kind of their errors, from nvidia-smi -q.", "cause");
    public static readonly MetricFamily RowsPending = PerGpu(
        "row_remapping_pending", "1 when a row will be remapped at the next reset of the GPU, from nvidia-smi -q.");
    public static readonly MetricFamily RowsFailed = PerGpu(
        "row_remapping_failed", "1 when a row could not be remapped, from nvidia-smi -q.");

    public static readonly MetricFamily PagesRetired = CounterPerGpu(
        "retired_pages_total", "Pages of the memory that are no longer used, by the kind of their errors, from nvidia-smi -q.", "cause");
    public static readonly MetricFamily PagesPending = PerGpu(
        "retired_pages_pending", "1 when a page will be retired at the next reset of the GPU, from nvidia-smi -q.");

    public static readonly MetricFamily MigUsed = PerGpu("mig_memory_used_bytes", "Used memory of a MIG slice, from nvidia-smi -q.", "slice");
    public static readonly MetricFamily MigTotal = PerGpu("mig_memory_total_bytes", "Memory of a MIG slice, from nvidia-smi -q.", "slice");
    public static readonly MetricFamily MigBar1Used = PerGpu(
        "mig_bar1_memory_used_bytes", "Used part of the BAR1 of a MIG slice, from nvidia-smi -q.", "slice");
    public static readonly MetricFamily MigBar1Total = PerGpu(
        "mig_bar1_memory_total_bytes", "Size of the BAR1 of a MIG slice, from nvidia-smi -q.", "slice");
    public static readonly MetricFamily MigEccUncorrected = CounterPerGpu(
        "mig_ecc_sram_uncorrected_total", "Uncorrected errors of a MIG slice's SRAM since the driver was loaded, from nvidia-smi -q.", "slice");

    public static IReadOnlyList<MetricFamily> All { get; } =
    [
        Limit, PcieReplays, Bar1Used, Bar1Total, RowsRemapped, RowsPending, RowsFailed, PagesRetired, PagesPending, MigUsed,
        MigTotal, MigBar1Used, MigBar1Total, MigEccUncorrected,
    ];
}
