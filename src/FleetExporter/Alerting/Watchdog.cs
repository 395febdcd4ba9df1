using FleetExporter.Metrics;
using Prometheus;

namespace FleetExporter.Alerting;

/// <summary>Records when Alertmanager last sent the alert that always fires, which proves that notifications arrive. One for the service.</summary>
internal sealed class Watchdog(ExporterMetrics metrics, TimeProvider clock)
{
    /// <summary>The alert's name.</summary>
    public const string Alert = "Watchdog";

    internal static readonly MetricFamily LastSeen = MetricFamily.Gauge(
        "fleet_watchdog_last_seen_timestamp_seconds", "When Alertmanager last sent the alert Watchdog as firing; absent before the first one.");

    private readonly Gauge _lastSeen = metrics.AbsentGauge(LastSeen);

    public void Seen() => _lastSeen.Set(clock.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0);
}
