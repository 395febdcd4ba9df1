using System.Globalization;

namespace FleetExporter.History;

/// <summary>Answers from memory.</summary>
/// <param name="Series">Empty where memory has nothing.</param>
/// <param name="IsIncomplete">Whether the limit of series left this host or target out.</param>
internal sealed record RecentHistory(HistoryGrid Grid, IReadOnlyList<HistorySeries> Series, bool IsIncomplete)
{
    /// <param name="to">Not in the future.</param>
    public static RecentHistory Of(
        RecentValues recent, HistorySubject subject, RecentValue value, DateTimeOffset from, DateTimeOffset to, TimeSpan minStep) =>
        recent.Read(memory =>
        {
            // The values of every ten seconds, if they reach so far back, or nearly so.
            var isFine = memory.Now.Time - from <= (RecentValues.Step * RecentRing.Takings) + TimeSpan.FromMinutes(1);
            var grid = HistoryGrid.Of(from, to, isFine || minStep > RecentTimes.BucketLength ? minStep : RecentTimes.BucketLength, memory.Now.Time);
            var rings = RingsOf(memory, subject);
            return new RecentHistory(
                grid,
                HistorySeries.Arrange(
                    [.. rings.Where(r => r.Rings.Find(value) is not null)
                        .Select(r => SeriesOf(memory, r.Rings.Find(value)!, grid, isFine, r.Labels, subject)).Where(s => s.HasValues)],
                    ranked: false),
                rings.Any(r => r.Rings.IsIncomplete && r.Rings.Find(value) is null));
        });

    private static IReadOnlyList<(RecentRings Rings, Dictionary<string, string> Labels)> RingsOf(RecentReader memory, HistorySubject subject)
    {
        if (subject.IsTarget)
        {
            return memory.Targets.TryGetValue(subject.Name, out var target) ? [(target, [])] : [];
        }

        if (!memory.Hosts.TryGetValue(subject.Name, out var host))
        {
            return [];
        }

        var gpus = host.Gpus.Where(g => subject.Gpu is null || g.Uuid == subject.Gpu || (g.Index is { } index && index == subject.GpuIndex))
            .Select(g => (g.Rings, LabelsOf(g)));
        return subject.Kind == SubjectKind.Host ? [(host.Rings, []), .. gpus] : [.. gpus];
    }

    private static Dictionary<string, string> LabelsOf(RecentGpu gpu) => new()
    {
        ["gpu"] = gpu.Index?.ToString(CultureInfo.InvariantCulture) ?? "",
        ["uuid"] = gpu.Uuid ?? "",
    };

    private static HistorySeries SeriesOf(
        RecentReader memory, RecentRing ring, HistoryGrid grid, bool isFine, Dictionary<string, string> labels, HistorySubject subject)
    {
        var band = new HistoryBand(grid.Count);
        if (isFine)
        {
            for (var taking = Math.Max(0, memory.Times.Last - RecentRing.Takings + 1); taking <= memory.Times.Last; taking++)
            {
                var number = ring.ValueOf(taking);
                band.Add(grid.IndexOf(memory.Times.TimeOf(taking, memory.Now)), number, number, number);
            }
        }
        else
        {
            var last = memory.Times.BucketOf(memory.Now);
            for (var bucket = last - RecentRing.Buckets; bucket <= last; bucket++)
            {
                var (min, avg, max) = ring.ValuesOf(bucket);
                band.Add(grid.IndexOf(memory.Times.BeginOf(bucket, memory.Now)), min, avg, max);
            }
        }

        return band.ToSeries(HistorySeries.NameOf(labels, subject.Name, subject.Gpu is not null), labels);
    }
}
