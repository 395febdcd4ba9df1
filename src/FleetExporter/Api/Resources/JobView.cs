using System.Text.Json.Nodes;
using FleetExporter.Control.Training;
using FleetExporter.Store;

namespace FleetExporter.Api.Resources;

/// <param name="Session">Its tmux session, until that is known to have ended; null if the job was not started here.</param>
/// <param name="ExitCode">As in sh: 128 + n for signal n.</param>
/// <param name="Reason">Why it failed.</param>
/// <param name="MetricsAt">When the metrics last changed.</param>
internal sealed record JobView(
    string Id, string ProjectId, string Name, string? ModelName, string Status, JsonObject Config,
    JsonObject Metrics, string? ContainerId, string? Session, int? ExitCode,
    string? Reason, DateTimeOffset? MetricsAt, DateTimeOffset? StartedAt, DateTimeOffset? CompletedAt, DateTimeOffset CreatedAt)
{
    public static JobView Of(Job j) => new(
        j.Id, j.ProjectId, j.Name, j.ModelName, Words.Of(j.Status), j.Config, j.Metrics,
        j.ContainerId, j.Session, j.ExitCode, j.Reason, j.MetricsAt, j.StartedAt,
        j.CompletedAt, j.CreatedAt);
}

/// <param name="Job">Job id.</param>
/// <param name="Lines">The last lines, oldest first, including escape sequences.</param>
/// <param name="Truncated">Whether more exist.</param>
internal sealed record JobOutputView(string Job, string Status, IReadOnlyList<string> Lines, bool Truncated)
{
    public static JobOutputView Of(Job job, JobOutput output) => new(job.Id, Words.Of(job.Status), output.Lines, output.Truncated);
}
