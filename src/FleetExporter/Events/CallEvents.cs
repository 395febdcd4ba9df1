using System.Text.Json.Nodes;
using FleetExporter.Control;
using FleetExporter.Store;

namespace FleetExporter.Events;

/// <summary>Events of audited calls, one per call that acted or was not allowed to. Never the command.</summary>
internal static class CallEvents
{
    /// <summary>Reported by the job itself, several times a minute.</summary>
    private static readonly string JobChange = Words.Of(ControlAction.JobChange);

    private static readonly string[] NotActing =
        [Words.Of(ControlAction.Authenticate), Words.Of(ControlAction.Login), Words.Of(ControlAction.Logout)];

    /// <returns>Null for a call that did not act: a login, a wrong key, a request for a confirmation token.</returns>
    public static FleetEvent? Of(AuditEntry call, Func<string, bool> isHost)
    {
        if (call.Outcome is AuditOutcome.Asked or AuditOutcome.Begun
            || call.Who.Length == 0
            || NotActing.Contains(call.Action)
            || (call.Action == JobChange && call.Outcome == AuditOutcome.Ok))
        {
            return null;
        }

        var (subject, host) = SubjectOf(call, isHost);
        var outcome = Words.Of(call.Outcome);
        var target = call.Target is { Length: > 0 } text ? $" {Printable.Line(text, 120)}" : "";
        return new FleetEvent
        {
            Kind = EventKind.Control,
            Severity = call.Outcome == AuditOutcome.Ok ? EventSeverity.Info : EventSeverity.Warning,
            Host = host,
            Subject = subject,
            Text = $"{Printable.Line(call.Who, 64)}: {call.Action}{target}: {outcome}",
            Detail = new JsonObject { ["caller"] = call.Who, ["action"] = call.Action, ["outcome"] = outcome },
        };
    }

    /// <summary>What a call acts on; the exporter where that is none of the other subjects.</summary>
    private static (string Subject, string? Host) SubjectOf(AuditEntry call, Func<string, bool> isHost)
    {
        var target = call.Target ?? "";
        if (isHost(target))
        {
            return (Subjects.Host(target), target);
        }

        if (call.Action == Words.Of(ControlAction.Kill) && target.Split(':', 2) is [var host, var session] && isHost(host))
        {
            return ($"session:{host}:{session}", host);
        }

        var isJob = call.Action.StartsWith("job_", StringComparison.Ordinal) && target.Length > 0;
        return (isJob ? Subjects.Job(target) : Subjects.Exporter, null);
    }
}
