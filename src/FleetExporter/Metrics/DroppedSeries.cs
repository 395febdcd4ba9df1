using Prometheus;

namespace FleetExporter.Metrics;

/// <summary>Counts samples dropped from pages. One per exporter, shared by its pages.</summary>
internal sealed class DroppedSeries
{
    public static readonly MetricFamily Total = MetricFamily.Counter(
        "fleet_series_dropped_total",
        "Samples dropped from scraped pages, because of duplicates or the limit of series per target.", "family");

    private readonly Counter _counter;

    /// <param name="known">Families published with 0 from the start.</param>
    public DroppedSeries(ExporterMetrics metrics, params IEnumerable<MetricFamily> known)
    {
        _counter = metrics.Counter(Total);
        foreach (var family in known)
        {
            _counter.WithLabels(family.Name);
        }
    }

    internal void Add(MetricFamily family) => _counter.WithLabels(family.Name).Inc();
}
