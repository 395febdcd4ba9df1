using FleetExporter.Parsing;
using FleetExporter.Polling.Snapshots;
using FleetExporter.Store;

namespace FleetExporter.Events;

/// <summary>
/// Collectors of a host that begin to fail or recover. While the host is not connected, nothing changes: the host's own event says why.
/// </summary>
internal static class CollectorChanges
{
    public const string Failing = "failing";

    private const string Ok = "ok";

    public static void Record(HostSnapshot host, EventContext context)
    {
        if (!host.Connection.Up || host.LastSeen is null)
        {
            return;
        }

        foreach (var outcome in host.Outcomes)
        {
            var name = host.Host.Name;
            var subject = Subjects.Collector(name, outcome.Collector);
            var known = context.Known.Find(name, subject);
            if (outcome.OffBecause is not null)
            {
                if (known is not null)
                {
                    context.Known.Remove(known);
                }
            }
            else if (outcome.At is not null && !IsLostConnection(host, outcome))
            {
                var state = outcome.Failure is null ? Ok : Failing;
                if (known is not null && known.State != state)
                {
                    context.Add(Of(name, outcome, subject, known.State));
                }

                context.Known.Set(new SubjectState(subject, name, state));
            }
        }
    }

    /// <summary>After a timeout the connection may turn out to be lost, unless the host has answered since.</summary>
    private static bool IsLostConnection(HostSnapshot host, CollectorOutcome outcome) =>
        outcome.Failure == CollectorFailure.Timeout && !(host.LastSeen > outcome.At);

    private static FleetEvent Of(string host, CollectorOutcome outcome, string subject, string from)
    {
        var reason = outcome.Failure is { } failure ? Words.Of(failure) : null;
        return new FleetEvent
        {
            Kind = EventKind.Collector,
            Severity = reason is null ? EventSeverity.Ok : EventSeverity.Warning,
            Host = host,
            Subject = subject,
            From = from,
            To = reason is null ? Ok : Failing,
            Reason = reason,
            Text = reason is null
                ? $"the collector {outcome.Collector} of {host} works again"
                : $"the collector {outcome.Collector} of {host} fails: {reason}: {outcome.Message}",
        };
    }
}
