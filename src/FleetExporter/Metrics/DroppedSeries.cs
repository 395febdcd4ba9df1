using Prometheus;

namespace FleetExporter.Metrics;

/// <summary>Counts the samples that pages left out because a family reached its limit. One for the service, shared by its pages.</summary>
internal sealed class DroppedSeries
{
    public static readonly MetricFamily Total = MetricFamily.Counter(
        "fleet_series_dropped_total",
        "Samples left out of scraped pages because the family reached its limit of series per target or had the series already.", "family");

    private readonly Counter _counter;

    /// <param name="known">Have a sample from the start, 0.</param>
    public DroppedSeries(ServiceMetrics metrics, params IEnumerable<MetricFamily> known)
    {
        _counter = metrics.Counter(Total);
        foreach (var family in known)
        {
            _counter.WithLabels(family.Name);
        }
    }

    internal void Add(MetricFamily family) => _counter.WithLabels(family.Name).Inc();
}
