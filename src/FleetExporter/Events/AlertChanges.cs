using System.Text.Json.Nodes;
using FleetExporter.Alerting;
using FleetExporter.Store;

namespace FleetExporter.Events;

/// <summary>Alerts that start firing, are acknowledged, or are resolved.</summary>
internal static class AlertChanges
{
    private const string Firing = "firing";
    private const string Acknowledged = "acknowledged";

    /// <param name="firing">The firing alerts.</param>
    /// <param name="isComplete">Whether these are all; otherwise only the cleared ones are taken for resolved.</param>
    /// <param name="cleared">Ids of alerts that stopped firing since the last call.</param>
    public static void Record(IReadOnlyList<AlertView> firing, bool isComplete, IReadOnlySet<string> cleared, EventContext context)
    {
        var known = context.Known.Of(KnownStates.NoHost, Subjects.Alert(""));
        HashSet<string> subjects = new(StringComparer.Ordinal);
        foreach (var alert in firing)
        {
            var subject = Subjects.Alert(alert.Id);
            subjects.Add(subject);
            var state = alert.Acknowledged ? Acknowledged : Firing;
            var previous = context.Known.Find(KnownStates.NoHost, subject);
            if (previous?.State == state)
            {
                continue;
            }

            // At the first start, what fires already is not new.
            if (previous is not null || !context.Known.IsFirstStart)
            {
                context.Add(Of(alert, subject, previous?.State, state));
            }

            context.Known.Set(new SubjectState(subject, KnownStates.NoHost, state, alert.Host, Printable.Cut($"{alert.Name}: {alert.Message}", 200)));
        }

        var ended = cleared.Select(Subjects.Alert).ToHashSet(StringComparer.Ordinal);
        foreach (var resolved in known.Where(k => !subjects.Contains(k.Subject) && (isComplete || ended.Contains(k.Subject))))
        {
            context.Add(new FleetEvent
            {
                Kind = EventKind.Alert,
                Severity = EventSeverity.Ok,
                Host = resolved.Identity,
                Subject = resolved.Subject,
                From = resolved.State,
                To = "resolved",
                Text = $"resolved: {resolved.Label}",
            });
            context.Known.Remove(resolved);
        }
    }

    private static FleetEvent Of(AlertView alert, string subject, string? from, string to) => new()
    {
        Kind = EventKind.Alert,
        Severity = to == Acknowledged ? EventSeverity.Info : alert.Severity switch
        {
            "critical" => EventSeverity.Critical,
            "info" => EventSeverity.Info,
            _ => EventSeverity.Warning,
        },
        Host = alert.Host,
        Subject = subject,
        From = from,
        To = to,
        Text = $"{(to == Acknowledged ? "acknowledged" : from is null ? "firing" : "firing again")}: {alert.Name}: {alert.Message}",
        Detail = new JsonObject { ["name"] = alert.Name, ["severity"] = alert.Severity, ["by"] = alert.Silence?.By },
    };
}
