using System.Text.Json;

namespace FleetExporter.OpenClaw.Protocol;

/// <summary>What happened at a gateway.</summary>
internal enum AgentEventKind
{
    RunStarted,
    RunEnded,
    RunFailed,
    ToolStarted,
    ToolEnded,
    Message,
    SessionCreated,
    SessionRemoved,
    CronStarted,
    CronEnded,
}

/// <summary>One event of a gateway's agents.</summary>
/// <param name="Time">By the gateway's clock; null if it does not say.</param>
/// <param name="Agent">Id of the agent; empty if unknown.</param>
/// <param name="Session">Key of the session; null for none.</param>
/// <param name="SessionType">One of <see cref="GatewaySessions.Types"/>; null without session.</param>
/// <param name="Run">Id of the run; null for none.</param>
/// <param name="Tool">Name of the tool; null for other kinds.</param>
/// <param name="Text">One line of at most <see cref="MaxText"/> characters: what a tool does, what an agent said, or why a run failed.</param>
/// <param name="Failed">Whether the tool or the cron job failed; null where that is not known.</param>
internal sealed record AgentEvent(
    AgentEventKind Kind, DateTimeOffset? Time, string Agent, string? Session, string? SessionType, string? Run, string? Tool, string? Text,
    bool? Failed)
{
    /// <summary>Who wrote a message: user or assistant; null for other kinds.</summary>
    public string? Role { get; init; }

    public const int MaxText = 240;

    /// <summary>The gateway's event of a cron job.</summary>
    public const string Cron = "cron";

    /// <summary>Reads an event of the gateway.</summary>
    /// <returns>Null for events that are no news: deltas, progress, health, ticks.</returns>
    /// <remarks>
    /// Tested with the events of 2026.9.6. A connection with <c>operator.read</c> gets <c>agent</c>, <c>chat</c> and <c>cron</c>, and after
    /// <c>sessions.subscribe</c> also <c>sessions.changed</c> and <c>session.message</c> of all sessions. Where no <c>cron</c> arrives, polling
    /// recognizes runs (<see cref="CronChanges"/>).
    /// </remarks>
    public static AgentEvent? Parse(string name, JsonElement payload) => name switch
    {
        "agent" => OfRun(payload),
        // What an agent said ends a turn; what it said between two tools is in its transcript.
        "chat" when payload.Text("state") == "final" => OfMessage("assistant", payload),
        "session.message" when payload.Member("message")?.Text("role") == "user" => OfMessage("user", payload),
        "sessions.changed" => payload.Text("reason") switch
        {
            "create" => Of(AgentEventKind.SessionCreated, payload, payload, payload.Text("displayName") ?? payload.Text("label")),
            "delete" => Of(AgentEventKind.SessionRemoved, payload, payload, null),
            _ => null,
        },
        Cron => payload.Text("action") switch
        {
            "started" => OfCron(AgentEventKind.CronStarted, payload),
            "finished" => OfCron(AgentEventKind.CronEnded, payload),
            _ => null,
        },
        _ => null,
    };

    private static AgentEvent? OfRun(JsonElement payload)
    {
        var data = payload.Member("data") ?? default;
        return (payload.Text("stream"), data.Text("phase")) switch
        {
            ("lifecycle", "start") => Of(AgentEventKind.RunStarted, payload, data, null),
            ("lifecycle", "error") => Of(AgentEventKind.RunFailed, payload, data, data.Text("error")),
            // An aborted run ends, too; it did not do what it was asked for.
            ("lifecycle", "end") when data.Flag("aborted") == true =>
                Of(AgentEventKind.RunFailed, payload, data, $"aborted {data.Text("stopReason")}"),
            ("lifecycle", "end") => Of(AgentEventKind.RunEnded, payload, data, null),
            // Items have a title, which the events of the stream "tool" lack.
            ("item", "start") when data.Text("kind") == "tool" => OfTool(AgentEventKind.ToolStarted, payload, data, null),
            ("item", "end") when data.Text("kind") == "tool" =>
                OfTool(AgentEventKind.ToolEnded, payload, data, data.Text("status") is { } status ? status != "completed" : null),
            _ => null,
        };
    }

    private static AgentEvent OfTool(AgentEventKind kind, JsonElement payload, JsonElement data, bool? failed) =>
        Of(kind, payload, data, data.Text("title")) with { Tool = GatewayName.Clean(data.Text("name")) ?? "", Failed = failed };

    private static AgentEvent OfMessage(string role, JsonElement payload) =>
        Of(AgentEventKind.Message, payload, payload, TextOf(payload.Member("message"))) with { Role = role };

    private static AgentEvent? OfCron(AgentEventKind kind, JsonElement payload)
    {
        if (payload.Member("job") is not { } job || GatewayName.Clean(job.Text("id")) is not { } id)
        {
            return null;
        }

        var (state, agent) = (job.Member("state") ?? default, GatewayName.Clean(job.Text("agentId") ?? job.Text("effectiveAgentId")) ?? "");
        return new AgentEvent(
            kind,
            kind == AgentEventKind.CronStarted ? state.Moment("runningAtMs") : state.Moment("lastRunAtMs") + state.Milliseconds("lastDurationMs"),
            agent, GatewayName.Clean($"agent:{agent}:cron:{id}"), "cron", null, null,
            Printable.Line(job.Text("displayName") ?? job.Text("name") ?? id, MaxText),
            kind == AgentEventKind.CronEnded && state.Text("lastRunStatus") is { } status ? status == "error" : null);
    }

    private static AgentEvent Of(AgentEventKind kind, JsonElement payload, JsonElement data, string? text)
    {
        var key = payload.Text("sessionKey");
        var parts = (key ?? "").Split(':');
        return new AgentEvent(
            kind,
            payload.Moment("ts") ?? data.Moment("endedAt") ?? payload.Member("message")?.Moment("timestamp"),
            GatewayName.Clean(payload.Text("agentId") ?? (parts is ["agent", var id, ..] ? id : null)) ?? "",
            GatewayName.Clean(key),
            key is null ? null : GatewaySessions.TypeOf(null, parts),
            GatewayName.Clean(payload.Text("runId")),
            null,
            text is null ? null : Printable.Line(text, MaxText),
            null);
    }

    /// <summary>The text of a message: a string, or the first part that is text.</summary>
    private static string? TextOf(JsonElement? message) => message?.Member("content") switch
    {
        { ValueKind: JsonValueKind.String } text => text.Text(),
        { ValueKind: JsonValueKind.Array } parts => parts.EnumerateArray().Take(16).Select(p => p.Text("text")).FirstOrDefault(t => t is not null),
        _ => null,
    };
}
