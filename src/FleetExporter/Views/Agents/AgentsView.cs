using System.Text.Json.Serialization;
using FleetExporter.OpenClaw.Protocol;

namespace FleetExporter.Views.Agents;

/// <summary>The agents of one gateway.</summary>
/// <param name="At">When the gateway listed its agents; null where it did not.</param>
/// <param name="Agents">Null where they are not known.</param>
/// <param name="Sources">By method of the gateway: when it answered, or why the values that come from it are null.</param>
internal sealed record AgentsView(
    string Gateway, string Host, DateTimeOffset? At, string? Reason, IReadOnlyList<AgentView>? Agents,
    IReadOnlyDictionary<string, MonitoredPart> Sources)
{
    private static readonly string[] Methods = ["sessions.list", "sessions.usage", "tasks.list"];

    public static AgentsView Of(MonitoredGateway gateway)
    {
        var part = gateway.PartOf("agents.list");
        var usage = new UsageByAgent(gateway.Reading?.Usage);
        var sessions = gateway.Reading?.Sessions?.Sessions.ToLookup(s => s.Agent, StringComparer.Ordinal);
        var running = SubagentSource.TasksOf(gateway)?.Where(t => t.Status == "running").ToLookup(t => t.Agent, StringComparer.Ordinal);
        return new AgentsView(
            part.Gateway, part.Host, part.At, part.Reason,
            gateway.Reading?.Agents?.Agents.Select(a => (Id: GatewayName.Clean(a.Id), Agent: a)).Where(a => a.Id is not null).DistinctBy(a => a.Id)
                .Select(a => AgentView.Of(a.Id!, a.Agent, sessions?[a.Id!].ToList(), usage, running?[a.Id!].Count())).ToList(),
            Methods.ToDictionary(m => m, gateway.PartOf));
    }
}

/// <summary>One agent.</summary>
/// <param name="Model">Its default model, <c>provider/model</c>.</param>
/// <param name="Sessions">Of the gateway's 1000 last active sessions.</param>
/// <param name="TokensToday">Of all types; days are UTC.</param>
/// <param name="ContextMaxPercent">Largest share of a model's context in use by one of its sessions.</param>
/// <param name="SubagentsRunning">Sub-agents of it that run now.</param>
internal sealed record AgentView(
    string Id, string? Name, string? Emoji, string? Model, bool IsDefault, AgentSessionCounts? Sessions, DateTimeOffset? LastActivityAt,
    double? CostTodayUsd, [property: JsonPropertyName("cost_30d_usd")] double? Cost30DaysUsd, long? TokensToday, double? ContextMaxPercent,
    int? SubagentsRunning)
{
    /// <param name="sessions">Null while unknown.</param>
    /// <param name="running">Running sub-agents; null while unknown.</param>
    public static AgentView Of(string id, GatewayAgent agent, IReadOnlyList<GatewaySession>? sessions, UsageByAgent usage, int? running)
    {
        var today = usage.Of(id, "today");
        return new AgentView(
            id, agent.Name, agent.Emoji, agent.Model, agent.IsDefault, sessions is null ? null : AgentSessionCounts.Of(sessions),
            sessions?.Max(s => s.UpdatedAt), JsonNumber.Round(today?.Cost, 6), JsonNumber.Round(usage.Of(id, "30d")?.Cost, 6),
            JsonNumber.Whole(today?.Total), JsonNumber.Round(100 * sessions?.Max(s => s.ContextRatio)), running);
    }
}

/// <param name="Running">Sessions with a run that goes on.</param>
internal sealed record AgentSessionCounts(int Total, int Running, IReadOnlyDictionary<string, int> ByType)
{
    public static AgentSessionCounts Of(IReadOnlyList<GatewaySession> sessions) => new(
        sessions.Count, sessions.Count(s => s.HasActiveRun == true),
        GatewaySessions.Types.ToDictionary(t => t, t => sessions.Count(s => s.Type == t)));
}
