using FleetExporter.Metrics;
using Prometheus;

namespace FleetExporter.Store;

/// <summary>Counts events that were not stored. One per exporter.</summary>
internal sealed class EventMetrics(ExporterMetrics metrics)
{
    internal static readonly MetricFamily Lost = MetricFamily.Counter(
        "fleet_events_dropped_total",
        "Events that were not stored: the queue was full while the store was unavailable, or the store rejected them.");

    private readonly Counter _dropped = metrics.Counter(Lost);

    internal void Dropped(int count) => _dropped.Inc(count);
}
