using System.Text.Json;

namespace FleetExporter.OpenClaw.Protocol;

/// <summary>One run of an agent, a sub-agent or a cron job.</summary>
/// <param name="Runtime">One of <see cref="GatewayTasks.Runtimes"/>.</param>
/// <param name="Status">One of <see cref="GatewayTasks.Statuses"/>.</param>
internal sealed record GatewayTask(string Id, string Runtime, string Status, string Agent, DateTimeOffset? StartedAt);

/// <summary>The newest tasks.</summary>
internal sealed record GatewayTasks(IReadOnlyList<GatewayTask> Tasks)
{
    public static IReadOnlyList<string> Runtimes { get; } = ["subagent", "cron", "cli", "acp", "other"];

    public static IReadOnlyList<string> Statuses { get; } = ["queued", "running", "completed", "failed", "cancelled", "timed_out", "lost"];

    /// <summary>Parses the answer of <c>tasks.list</c>.</summary>
    /// <returns>
    /// In the gateway's order. Omits tasks with a status that is not in <see cref="Statuses"/>, and all titles, prompts and errors.
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
        return new GatewayTask(
            id,
            task.Text("runtime") is { } runtime && Runtimes.Contains(runtime) ? runtime : "other",
            status,
            GatewayName.Clean(task.Text("agentId") ?? (owner is ["agent", var agent, ..] ? agent : null)) ?? "",
            task.Moment("startedAt") ?? task.Moment("createdAt"));
    }
}
