using System.Text.Json.Nodes;
using FleetExporter.Store;

namespace FleetExporter.Events;

/// <summary>Events of training jobs.</summary>
internal static class JobEvents
{
    public static FleetEvent Of(JobChange change)
    {
        var job = change.Job;
        var (severity, done) = job.Status switch
        {
            JobStatus.Running => (EventSeverity.Info, "started"),
            JobStatus.Completed => (EventSeverity.Ok, "completed"),
            JobStatus.Cancelled => (EventSeverity.Info, "was cancelled"),
            JobStatus.Failed => (EventSeverity.Critical, job.Reason is null ? "failed" : $"failed: {job.Reason}"),
            _ => (EventSeverity.Info, $"is {Words.Of(job.Status)}"),
        };
        return new FleetEvent
        {
            Kind = EventKind.Job,
            Severity = severity,
            Host = change.Host,
            Subject = Subjects.Job(job.Id),
            From = Words.Of(change.From),
            To = Words.Of(job.Status),
            Text = $"the job {job.Name} of {change.Project} {done}",
            Detail = new JsonObject { ["id"] = job.Id, ["project"] = change.Project, ["name"] = job.Name, ["exit_code"] = job.ExitCode },
        };
    }
}
