using FleetExporter.Metrics;
using FleetExporter.Parsing;
using static FleetExporter.Collectors.GpuDetailsFamilies;

namespace FleetExporter.Collectors;

internal sealed record GpuDetailsAnswer(GpuDetails Report) : IAnswer;

/// <param name="Gpus">The GPUs of the host, which give the label <c>gpu</c>; null without a fresh reading of them.</param>
internal sealed record GpuDetailsReading(GpuDetails Report, IReadOnlyList<Gpu>? Gpus) : Reading
{
    public override void WriteTo(MetricsPage page, Labels target)
    {
        foreach (var detail in Report.Gpus.Where(d => d.Uuid is not null).DistinctBy(d => d.Uuid))
        {
            if (Gpus?.FirstOrDefault(g => g.Uuid == detail.Uuid) is { } gpu)
            {
                Write(page, NvidiaCollector.LabelsOf(target, gpu.Index, gpu.Uuid), detail);
            }
        }
    }

    private static void Write(MetricsPage page, Labels of, GpuDetail detail)
    {
        page.Add(Limit, of, detail.SlowdownCelsius, ("level", "slowdown"));
        page.Add(Limit, of, detail.ShutdownCelsius, ("level", "shutdown"));
        page.Add(Limit, of, detail.TargetCelsius, ("level", "target"));
        page.Add(PcieReplays, of, detail.PcieReplays);
        page.Add(Bar1Used, of, detail.Bar1UsedBytes);
        page.Add(Bar1Total, of, detail.Bar1TotalBytes);
        page.Add(RowsRemapped, of, detail.RemappedRows.Correctable, ("cause", "correctable"));
        page.Add(RowsRemapped, of, detail.RemappedRows.Uncorrectable, ("cause", "uncorrectable"));
        page.Add(RowsPending, of, OneOrZero(detail.RemappedRows.Pending));
        page.Add(RowsFailed, of, OneOrZero(detail.RemappedRows.Failed));
        page.Add(PagesRetired, of, detail.RetiredPages.SingleBit, ("cause", "single_bit"));
        page.Add(PagesRetired, of, detail.RetiredPages.DoubleBit, ("cause", "double_bit"));
        page.Add(PagesPending, of, OneOrZero(detail.RetiredPages.Pending));
        foreach (var slice in detail.Slices)
        {
            page.Add(MigUsed, of, slice.MemoryUsedBytes, ("slice", slice.Index));
            page.Add(MigTotal, of, slice.MemoryTotalBytes, ("slice", slice.Index));
            page.Add(MigBar1Used, of, slice.Bar1UsedBytes, ("slice", slice.Index));
            page.Add(MigBar1Total, of, slice.Bar1TotalBytes, ("slice", slice.Index));
            page.Add(MigEccUncorrected, of, slice.SramUncorrected, ("slice", slice.Index));
        }
    }

    private static double? OneOrZero(bool? flag) => flag is { } known ? known ? 1 : 0 : null;
}
