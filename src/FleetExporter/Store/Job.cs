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
    /// <summary>Given by the store.</summary>
    public string Id { get; init; } = "";

    /// <summary>Id of its project; when it is added, the name will do.</summary>
    public required string ProjectId { get; init; }

    /// <summary>Unique; never looks like an id.</summary>
    public required string Name { get; init; }

    public string? ModelName { get; init; }

    public JobStatus Status { get; init; }

    /// <summary>The operator's own.</summary>
    public JsonObject Config { get; init; } = [];

    /// <summary>What the run reports: loss, accuracy, steps.</summary>
    public JsonObject Metrics { get; init; } = [];

    public string? ContainerId { get; init; }

    /// <summary>The tmux session that it was started in, until that is known to be gone; null for a job that somebody else runs.</summary>
    public string? Session { get; init; }

    /// <summary>0 to 255 as sh tells it, above 128 for a signal; null while it runs, and where nobody saw how it ended.</summary>
    public int? ExitCode { get; init; }

    /// <summary>Why it failed, or why its host did not end it when it was cancelled, in one line; null when neither was, or nobody said.</summary>
    public string? Reason { get; init; }

    /// <summary>When the metrics last changed; null while there are none.</summary>
    public DateTimeOffset? MetricsAt { get; init; }

    /// <summary>Set by the first <see cref="JobStatus.Running"/>.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>Set by the first of the last three states.</summary>
    public DateTimeOffset? CompletedAt { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public bool IsFinished => Status is JobStatus.Completed or JobStatus.Failed or JobStatus.Cancelled;

    /// <summary>The same with more metrics: a name replaces its value, null takes it away, what is not named stays.</summary>
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

    /// <summary>The job after a change of state, with its times.</summary>
    /// <returns>Null when it may not go there: a finished job stays as it finished, and a running one is not pending again.</returns>
    internal static Job? Moved(Job before, Job after, DateTimeOffset now)
    {
        var allowed = after.Status == before.Status || (!before.IsFinished && after.Status != JobStatus.Pending);
        return allowed ? after with
        {
            StartedAt = before.StartedAt ?? (after.Status == JobStatus.Running ? now : null),
            CompletedAt = before.CompletedAt ?? (after.IsFinished ? now : null),
            MetricsAt = JsonNode.DeepEquals(before.Metrics, after.Metrics) ? before.MetricsAt : now,
        } : null;
    }
}
