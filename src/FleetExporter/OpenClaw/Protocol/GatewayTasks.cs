using System.Text.Json;

namespace FleetExporter.OpenClaw.Protocol;

/// <summary>One run of an agent, a sub-agent or a cron job.</summary>
/// <param name="Runtime">One of <see cref="GatewayTasks.Runtimes"/>.</param>
/// <param name="Status">One of <see cref="GatewayTasks.Statuses"/>.</param>
/// <param name="StartedAt">Or created, if the gateway does not say when it started.</param>
internal sealed record GatewayTask(string Id, string Runtime, string Status, string Agent, DateTimeOffset? StartedAt)
{
    public string? Title { get; init; }

    /// <summary>Key of the session that it runs in, cleaned.</summary>
    public string? Session { get; init; }

    /// <summary>Key of the session that requested it, cleaned; null if it is the same one.</summary>
    public string? Parent { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    public string? Error { get; init; }

    /// <summary>Whether it has been running for longer than <see cref="GatewayTasks.StuckAfter"/>.</summary>
    public bool IsStuck(DateTimeOffset now) => Status == "running" && now - StartedAt > GatewayTasks.StuckAfter;
}

/// <summary>The newest tasks.</summary>
internal sealed record GatewayTasks(IReadOnlyList<GatewayTask> Tasks)
{
    /// <summary>A run that takes longer is considered stuck.</summary>
    public static readonly TimeSpan StuckAfter = TimeSpan.FromMinutes(10);

    private const int MaxError = 240;

    public static IReadOnlyList<string> Runtimes { get; } = ["subagent", "cron", "cli", "acp", "other"];

    public static IReadOnlyList<string> Statuses { get; } = ["queued", "running", "completed", "failed", "cancelled", "timed_out", "lost"];

    /// <summary>Parses the answer of <c>tasks.list</c>.</summary>
    /// <returns>
    /// In the gateway's order. Omits tasks with a status that is not in <see cref="Statuses"/>, and all prompts and results. Titles and errors are
    /// texts of people and models: never publish them as labels.
    /// </returns>
    /// <exception cref="FormatException">No list <c>tasks</c>, or no task with an id and a known status.</exception>
    /// <remarks>Tested with 2026.5.28 (tasks of jobs without <c>agentId</c>) and 2026.9.6.</remarks>
    public static GatewayTasks Parse(JsonElement payload)
    {
        const string method = "tasks.list";
        payload.RequireObject(method);
        return new GatewayTasks([.. GatewayJson.Rows(payload.RequireList("tasks", method), Row, method).DistinctBy(t => t.Id)]);
    }

    private static GatewayTask? Row(JsonElement task)
    {
        var status = task.Text("status") is "succeeded" ? "completed" : task.Text("status");
        if (GatewayName.Clean(task.Text("id") ?? task.Text("taskId")) is not { } id || status is null || !Statuses.Contains(status))
        {
            return null;
        }

        var owner = (task.Text("childSessionKey") ?? task.Text("sessionKey") ?? "").Split(':');
        var session = GatewayName.Clean(task.Text("childSessionKey")) ?? GatewayName.Clean(task.Text("sessionKey"));
        var parent = GatewayName.Clean(task.Text("sessionKey")) ?? GatewayName.Clean(task.Text("ownerKey"));
        return new GatewayTask(
            id,
            task.Text("runtime") is { } runtime && Runtimes.Contains(runtime) ? runtime : "other",
            status,
            GatewayName.Clean(task.Text("agentId") ?? (owner is ["agent", var agent, ..] ? agent : null)) ?? "",
            task.Moment("startedAt") ?? task.Moment("createdAt"))
        {
            Title = GatewayName.Prose(task.Text("title"), GatewayName.MaxLine),
            Session = session,
            Parent = parent == session ? null : parent,
            EndedAt = task.Moment("endedAt"),
            Error = GatewayName.Prose(task.Text("error"), MaxError),
        };
    }
}
