using FleetExporter.Metrics;
using FleetExporter.Store;
using Prometheus;

namespace FleetExporter.Control;

/// <summary>Counts control calls, audit rows and commands of this process. Singleton.</summary>
internal sealed class ControlMetrics
{
    private static readonly MetricFamily Requests = MetricFamily.Counter(
        "fleet_control_requests_total",
        "Calls that change something, and login attempts, by action and outcome: ok, asked (confirmation requested), denied, failed, unknown "
        + "(the service ended before the call did; counted at the next start).",
        "action", "outcome");

    private static readonly MetricFamily Events = MetricFamily.Counter("fleet_audit_events_total", "Rows added to the audit.");

    private static readonly MetricFamily Failures = MetricFamily.Counter(
        "fleet_audit_failures_total", "Rows that could not be added to the audit, because the store was full, busy or unavailable, or refused them.");

    /// <summary>Calls are counted when they end.</summary>
    private static readonly AuditOutcome[] Counted = [.. Enum.GetValues<AuditOutcome>().Where(o => o != AuditOutcome.Begun)];

    private static readonly MetricFamily ExecDuration = MetricFamily.Histogram(
        "fleet_exec_duration_seconds", "Duration of commands on hosts, by the exporter's clock, completed or cancelled.");

    private readonly Counter.Child[,] _requests = new Counter.Child[Enum.GetValues<ControlAction>().Length, Enum.GetValues<AuditOutcome>().Length];
    private readonly Counter _events;
    private readonly Counter _failures;
    private readonly Histogram _execs;

    public ControlMetrics(ExporterMetrics metrics)
    {
        var requests = metrics.Counter(Requests);
        foreach (var action in Enum.GetValues<ControlAction>())
        {
            foreach (var outcome in Counted)
            {
                _requests[(int)action, (int)outcome] = requests.WithLabels(Words.Of(action), Words.Of(outcome));
            }
        }

        _events = metrics.Counter(Events);
        _failures = metrics.Counter(Failures);
        _execs = metrics.Histogram(ExecDuration, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 3600);
    }

    public static IReadOnlyList<MetricFamily> Families { get; } = [Requests, Events, Failures, ExecDuration];

    public void Count(ControlAction action, AuditOutcome outcome) => _requests[(int)action, (int)outcome].Inc();

    /// <summary>Records a finished command.</summary>
    public void ObserveExec(TimeSpan duration) => _execs.Observe(duration.TotalSeconds);

    public void CountAudited(bool stored) => (stored ? _events : _failures).Inc();
}
