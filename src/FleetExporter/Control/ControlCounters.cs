using FleetExporter.Metrics;
using FleetExporter.Parsing;
using FleetExporter.Polling;
using FleetExporter.Store;

namespace FleetExporter.Control;

/// <summary>Counts control calls and audit rows of this process. One for the service.</summary>
public sealed class ControlCounters : IPagePart
{
    private static readonly MetricFamily Requests = MetricFamily.Counter(
        "fleet_control_requests_total", "Calls that change something, and tries to get in, by action and outcome: ok, asked (to confirm it), denied, failed.", "action", "outcome");

    private static readonly MetricFamily Events = MetricFamily.Counter("fleet_audit_events_total", "Rows added to the audit.");

    private static readonly MetricFamily Failures = MetricFamily.Counter(
        "fleet_audit_failures_total", "Control calls that could not be audited, because the store was full, busy or not there.");

    private static readonly MetricFamily ExecDuration = MetricFamily.Histogram(
        "fleet_exec_duration_seconds", "How long commands ran on hosts, by the exporter's clock, ended or cancelled.");

    private readonly Histogram _execs = new(0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 3600);
    private readonly long[,] _requests = new long[Enum.GetValues<ControlAction>().Length, Enum.GetValues<AuditOutcome>().Length];
    private long _events;
    private long _failures;

    public static IReadOnlyList<MetricFamily> Families { get; } = [Requests, Events, Failures, ExecDuration];

    public void Count(ControlAction action, AuditOutcome outcome) => Interlocked.Increment(ref _requests[(int)action, (int)outcome]);

    /// <summary>A command has ended on its host.</summary>
    public void ObserveExec(TimeSpan duration) => _execs.Observe(duration.TotalSeconds);

    public void CountAudited(bool kept) => Interlocked.Increment(ref kept ? ref _events : ref _failures);

    public void WriteTo(MetricsPage page)
    {
        foreach (var action in Enum.GetValues<ControlAction>())
        {
            foreach (var outcome in Enum.GetValues<AuditOutcome>())
            {
                page.Add(Requests, Labels.None, Volatile.Read(ref _requests[(int)action, (int)outcome]), ("action", Words.Of(action)), ("outcome", Words.Of(outcome)));
            }
        }

        page.Add(Events, Labels.None, Volatile.Read(ref _events));
        page.Add(Failures, Labels.None, Volatile.Read(ref _failures));
        page.AddHistogram(ExecDuration, Labels.None, _execs);
    }
}
