using System.Globalization;
using FleetExporter.OpenClaw.Protocol;

namespace FleetExporter.Views.Agents;

/// <summary>One run of a sub-agent.</summary>
/// <param name="Session">Key of the session that it runs in.</param>
/// <param name="Parent">Key of the session that spawned it.</param>
/// <param name="Status">queued, running, completed, failed, cancelled, timed_out or lost.</param>
/// <param name="DurationSeconds">Until it ended, or until now while it runs.</param>
/// <param name="Stuck">It has been running for more than 10 minutes.</param>
internal sealed record SubagentView(
    string TaskId, string Gateway, string Agent, string? Title, string? Session, string? Parent, string Status, DateTimeOffset? StartedAt,
    DateTimeOffset? EndedAt, double? DurationSeconds, string? Error, bool Stuck)
{
    public static SubagentView Of(string gateway, GatewayTask task, DateTimeOffset now)
    {
        var started = task.Status == "queued" ? null : task.StartedAt;
        var duration = (task.Status == "running" ? now : task.EndedAt) - started;
        return new SubagentView(
            task.Id, gateway, task.Agent, task.Title, task.Session, task.Parent, task.Status, started, task.EndedAt,
            duration is { } known ? JsonNumber.Round(Math.Max(0, known.TotalSeconds)) : null, task.Error, task.IsStuck(now));
    }

    /// <summary>Ascending for stuck ones, then running ones, then the others; each the newest first.</summary>
    public string SortKey() => string.Create(
        CultureInfo.InvariantCulture,
        $"{(Stuck ? 0 : Status == "running" ? 1 : 2)}-{DateTimeOffset.MaxValue.Ticks - (StartedAt?.Ticks ?? 0):D19}-{Gateway}-{TaskId}");
}

/// <summary>The sub-agents of one gateway.</summary>
/// <param name="Counts">By status, of the listed runs; null where they are not known.</param>
internal sealed record SubagentSource(string Gateway, string Host, DateTimeOffset? At, string? Reason, IReadOnlyDictionary<string, int>? Counts)
{
    public static SubagentSource Of(MonitoredGateway gateway)
    {
        var (part, tasks) = (gateway.PartOf("tasks.list"), TasksOf(gateway));
        return new SubagentSource(
            part.Gateway, part.Host, part.At, part.Reason, tasks is null
                ? null
                : GatewayTasks.Statuses.ToDictionary(s => s, s => tasks.Count(t => t.Status == s)));
    }

    /// <summary>Null while unknown.</summary>
    public static IReadOnlyList<GatewayTask>? TasksOf(MonitoredGateway gateway) =>
        gateway.Reading?.Tasks?.Tasks.Where(t => t.Runtime == "subagent").ToList();
}
