using FleetExporter.Metrics;
using FleetExporter.Parsing;
using FleetExporter.Polling;
using FleetExporter.Store;

namespace FleetExporter.Control;

/// <summary>Counts control calls and audit rows of this process. One for the service.</summary>
public sealed class ControlCounters
{
    private static readonly MetricFamily Requests = MetricFamily.Counter(
        "fleet_control_requests_total", "Calls that change something, and tries to get in, by action and outcome.", "action", "outcome");

    private static readonly MetricFamily Events = MetricFamily.Counter("fleet_audit_events_total", "Rows added to the audit.");

    private static readonly MetricFamily Failures = MetricFamily.Counter(
        "fleet_audit_failures_total", "Control calls that could not be audited, because the store was full, busy or not there.");

    private readonly long[,] _requests = new long[Enum.GetValues<ControlAction>().Length, Enum.GetValues<AuditOutcome>().Length];
    private long _events;
    private long _failures;

    public static IReadOnlyList<MetricFamily> Families { get; } = [Requests, Events, Failures];

    public void Count(ControlAction action, AuditOutcome outcome) => Interlocked.Increment(ref _requests[(int)action, (int)outcome]);

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
    }
}
