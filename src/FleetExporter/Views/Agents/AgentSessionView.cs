using System.Globalization;
using FleetExporter.OpenClaw.Protocol;

namespace FleetExporter.Views.Agents;

/// <summary>One session of an agent.</summary>
/// <param name="Type">main, direct, group, custom, cron or subagent.</param>
/// <param name="Model"><c>provider/model</c>.</param>
/// <param name="Status">Of its last run: queued, running, done, failed, killed or timeout.</param>
/// <param name="Parent">Key of the session that spawned it.</param>
/// <param name="Depth">0 for a session without parent.</param>
/// <param name="Tokens">Of the context in use.</param>
/// <param name="TokensTotal">Since the session began, of all types.</param>
/// <param name="CostUsd">Since the session began.</param>
/// <param name="LastError">Why its last run failed.</param>
internal sealed record AgentSessionView(
    string Gateway, string Key, string Agent, string Type, string? Label, string? Model, string? Status, bool? HasActiveRun, string? Parent,
    int? Depth, long? Tokens, long? ContextTokens, double? ContextPercent, long? TokensTotal, double? CostUsd, DateTimeOffset? UpdatedAt,
    DateTimeOffset? CreatedAt, string? LastError)
{
    public static AgentSessionView Of(string gateway, GatewaySession session, UsageByAgent usage)
    {
        var used = usage.OfSession(session);
        return new AgentSessionView(
            gateway, session.Key, session.Agent, session.Type, session.Label, session.Model, session.Status, session.HasActiveRun, session.Parent,
            session.Depth, JsonNumber.Whole(session.Tokens), JsonNumber.Whole(session.ContextTokens), JsonNumber.Round(100 * session.ContextRatio),
            JsonNumber.Whole(used?.Total), JsonNumber.Round(used?.Cost, 6), session.UpdatedAt, session.CreatedAt, session.LastError);
    }

    /// <summary>Ascending for older activity; sessions without a known activity are last.</summary>
    public string SortKey() => string.Create(
        CultureInfo.InvariantCulture, $"{DateTimeOffset.MaxValue.Ticks - (UpdatedAt?.Ticks ?? 0):D19}-{Gateway}-{Key}");
}

/// <summary>What a list of sessions has of one gateway.</summary>
/// <param name="At">When the gateway listed its sessions; null where it did not.</param>
/// <param name="Reason">
/// Without <paramref name="At"/>: why there are no sessions. With it: why the gateway was not searched for older sessions, or <c>truncated</c> if it
/// found more than 200.
/// </param>
/// <param name="Total">Sessions of the gateway.</param>
/// <param name="Known">Last active ones in memory.</param>
/// <param name="Shown">Sessions that the filters match, on all pages.</param>
/// <param name="UsageReason">Why tokens and cost are null; null where they are known.</param>
internal sealed record AgentSessionSource(
    string Gateway, string Host, DateTimeOffset? At, string? Reason, long? Total, int? Known, int? Shown, string? UsageReason)
{
    /// <param name="shown">Sessions that the filters match.</param>
    /// <param name="searchReason">Why the gateway was not searched; null if it was, or had not to be.</param>
    public static AgentSessionSource Of(MonitoredGateway gateway, int shown, string? searchReason)
    {
        var (part, sessions) = (gateway.PartOf("sessions.list"), gateway.Reading?.Sessions);
        return new AgentSessionSource(
            part.Gateway, part.Host, part.At, part.Reason ?? searchReason, JsonNumber.Whole(sessions?.Total), sessions?.Sessions.Count,
            sessions is null ? null : shown, gateway.PartOf("sessions.usage").Reason);
    }
}

/// <summary>One session with its relatives and its last messages.</summary>
/// <param name="Children">Keys of the sessions that it spawned.</param>
internal sealed record AgentSessionDetailView(AgentSessionView Session, IReadOnlyList<string> Children, AgentSessionPreview Preview);

/// <summary>The last messages of a session, read when asked for.</summary>
/// <param name="At">When the gateway answered; null where it did not.</param>
/// <param name="Reason">
/// Why there are no messages: <c>missing</c> (the session has no transcript), <c>cold</c> (it is archived), <c>error</c>, <c>unsupported</c>, or why
/// the gateway did not answer.
/// </param>
/// <param name="Messages">Oldest first; null where they are not known.</param>
internal sealed record AgentSessionPreview(DateTimeOffset? At, string? Reason, IReadOnlyList<AgentMessageView>? Messages)
{
    /// <param name="previews">The gateway's answer.</param>
    /// <param name="key">The session's key, cleaned.</param>
    public static AgentSessionPreview Of(GatewayPreviews previews, string key, DateTimeOffset at) =>
        previews.Previews.FirstOrDefault(p => p.Key == key) switch
        {
            null => new(at, "missing", null),
            { Status: "ok" or "empty" } found => new(at, null, [.. found.Messages.Select(m => new AgentMessageView(m.Role, m.Text))]),
            { Status: "unknown" } => new(at, "unknown_shape", null),
            { Status: var status } => new(at, status, null),
        };
}

/// <param name="Text">One line of at most 600 characters.</param>
internal sealed record AgentMessageView(string Role, string Text);
