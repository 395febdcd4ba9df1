using System.Text.Json.Nodes;

namespace FleetExporter.Store;

internal enum JobStatus
{
    Pending,
    Running,
    Completed,
    Failed,
    Cancelled,
}

/// <summary>One training run of a project.</summary>
internal sealed record Job
{
    /// <summary>Assigned by the store.</summary>
    public string Id { get; init; } = "";

    /// <summary>Id of its project; when adding, id or name.</summary>
    public required string ProjectId { get; init; }

    /// <summary>Unique; never has the format of an id.</summary>
    public required string Name { get; init; }

    public string? ModelName { get; init; }

    public JobStatus Status { get; init; }

    /// <summary>Free-form settings of the operator.</summary>
    public JsonObject Config { get; init; } = [];

    /// <summary>Reported metrics: loss, accuracy, steps.</summary>
    public JsonObject Metrics { get; init; } = [];

    public string? ContainerId { get; init; }

    /// <summary>The tmux session of the job, until that is known to be gone; null for a job that is only recorded.</summary>
    public string? Session { get; init; }

    /// <summary>0 to 255 as in sh, above 128 for a signal; null while it runs or if unknown.</summary>
    public int? ExitCode { get; init; }

    /// <summary>Why it failed, or why cancelling it failed on its host, in one line; null if neither, or unknown.</summary>
    public string? Reason { get; init; }

    /// <summary>When the metrics last changed; null without metrics.</summary>
    public DateTimeOffset? MetricsAt { get; init; }

    /// <summary>Set on the first change to <see cref="JobStatus.Running"/>.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>Set on the first change to a final status.</summary>
    public DateTimeOffset? CompletedAt { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public bool IsFinished => Status is JobStatus.Completed or JobStatus.Failed or JobStatus.Cancelled;

    /// <summary>Merges metrics: values replace those of the same name, null removes, others are kept.</summary>
    public Job WithMetrics(JsonObject more)
    {
        var metrics = (JsonObject)Metrics.DeepClone();
        foreach (var (name, value) in more)
        {
            if (value is null)
            {
                metrics.Remove(name);
            }
            else
            {
                metrics[name] = value.DeepClone();
            }
        }

        return this with { Metrics = metrics };
    }

    /// <summary>The job after a status change, with its times.</summary>
    /// <returns>Null if not allowed: a finished job cannot change its status, and a running one cannot become pending.</returns>
    internal static Job? Transition(Job previous, Job updated, DateTimeOffset now)
    {
        var allowed = updated.Status == previous.Status || (!previous.IsFinished && updated.Status != JobStatus.Pending);
        return allowed ? updated with
        {
            StartedAt = previous.StartedAt ?? (updated.Status == JobStatus.Running ? now : null),
            CompletedAt = previous.CompletedAt ?? (updated.IsFinished ? now : null),
            MetricsAt = JsonNode.DeepEquals(previous.Metrics, updated.Metrics) ? previous.MetricsAt : now,
        } : null;
    }
}
