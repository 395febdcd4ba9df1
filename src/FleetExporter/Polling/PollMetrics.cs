using FleetExporter.Metrics;
using Prometheus;

namespace FleetExporter.Polling;

/// <summary>Metrics of polling, shared by all hosts and targets.</summary>
internal sealed class PollMetrics
{
    internal static readonly MetricFamily PhaseDuration = MetricFamily.Histogram(
        "fleet_poll_phase_duration_seconds",
        "Duration of a phase of polling hosts: connect (to the first answer of a new connection), answer (from the request to its complete frame), "
        + "parse (of one section), derive (of a host's next snapshot) and publish (of that snapshot).",
        "phase");

    internal static readonly MetricFamily MonitorsAbandoned = MetricFamily.Counter(
        "fleet_monitors_abandoned_total",
        "Monitors of hosts and targets that did not end within 2 s of being stopped and were abandoned, because a parser did not return; "
        + "a bug of the exporter.");

    private readonly Counter _abandoned;
    private readonly Histogram.Child _connect;
    private readonly Histogram.Child _answer;
    private readonly Histogram.Child _parse;
    private readonly Histogram.Child _derive;
    private readonly Histogram.Child _publish;

    public PollMetrics(ExporterMetrics metrics)
    {
        var phases = metrics.Histogram(PhaseDuration, 1e-5, 5e-5, 1e-4, 5e-4, 1e-3, 5e-3, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 60);
        _abandoned = metrics.Counter(MonitorsAbandoned);
        _connect = phases.WithLabels("connect");
        _answer = phases.WithLabels("answer");
        _parse = phases.WithLabels("parse");
        _derive = phases.WithLabels("derive");
        _publish = phases.WithLabels("publish");
    }

    internal void Abandoned() => _abandoned.Inc();

    internal void Connected(TimeSpan duration) => _connect.Observe(duration.TotalSeconds);

    internal void Answered(TimeSpan duration) => _answer.Observe(duration.TotalSeconds);

    internal void Parsed(TimeSpan duration) => _parse.Observe(duration.TotalSeconds);

    internal void Published(TimeSpan derive, TimeSpan publish)
    {
        _derive.Observe(derive.TotalSeconds);
        _publish.Observe(publish.TotalSeconds);
    }
}
