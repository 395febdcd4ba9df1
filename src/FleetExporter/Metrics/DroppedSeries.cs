using System.Collections.Concurrent;

namespace FleetExporter.Metrics;

/// <summary>Counts the samples that pages left out because a family reached its limit. One for the service, shared by its pages.</summary>
public sealed class DroppedSeries
{
    public static readonly MetricFamily Total = MetricFamily.Counter(
        "fleet_series_dropped_total", "Samples left out of scraped pages because the family reached its limit of series per target.", "family");

    private readonly ConcurrentDictionary<MetricFamily, long> _counts = new();

    internal void Add(MetricFamily family) => _counts.AddOrUpdate(family, 1, static (_, count) => count + 1);

    /// <summary>Writes 0 for every known family that has dropped nothing.</summary>
    public void WriteTo(MetricsPage page, IEnumerable<MetricFamily> known)
    {
        foreach (var family in known)
        {
            page.Add(Total, Labels.None, _counts.GetValueOrDefault(family), ("family", family.Name));
        }
    }
}
