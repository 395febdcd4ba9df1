using FleetExporter.Metrics;
using Prometheus;

namespace FleetExporter.Store;

/// <summary>Availability of the store and duration of its operations. One per exporter.</summary>
internal sealed class StoreMetrics
{
    internal static readonly MetricFamily Duration = MetricFamily.Histogram(
        "fleet_store_operation_duration_seconds",
        "Duration of store operations, including the wait for the writer, by outcome: ok, rejected (not found, or a conflict), "
        + "failed (busy, full or unavailable).",
        "operation", "outcome");

    internal static readonly MetricFamily Up = MetricFamily.Gauge(
        "fleet_store_up",
        "1 while the store is available; 0 while its circuit breaker is open and operations fail immediately, until a check (every 2 s) succeeds.");

    private readonly Gauge _up;
    private readonly Outcomes _reads;
    private readonly Outcomes _writes;

    public StoreMetrics(ExporterMetrics metrics)
    {
        var duration = metrics.Histogram(Duration, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5, 10);
        _up = metrics.AbsentGauge(Up);
        _reads = Of("read");
        _writes = Of("write");

        Outcomes Of(string operation) => new(
            duration.WithLabels(operation, "ok"), duration.WithLabels(operation, "rejected"), duration.WithLabels(operation, "failed"));
    }

    internal void SetUp(bool up) => _up.Set(up ? 1 : 0);

    internal void ObserveRead(StoreError? error, TimeSpan duration) => _reads.Of(error).Observe(duration.TotalSeconds);

    internal void ObserveWrite(StoreError? error, TimeSpan duration) => _writes.Of(error).Observe(duration.TotalSeconds);

    private sealed record Outcomes(Histogram.Child Ok, Histogram.Child Rejected, Histogram.Child Failed)
    {
        public Histogram.Child Of(StoreError? error) => error switch
        {
            null => Ok,
            StoreError.NotFound or StoreError.Conflict => Rejected,
            _ => Failed,
        };
    }
}
