using FleetExporter.OpenClaw;

namespace FleetExporter.Views.Agents;

/// <summary>What happened at a gateway.</summary>
/// <param name="Id">Number of the event at this gateway, from 1, since the exporter watches it.</param>
/// <param name="Time">By the gateway's clock, or when it arrived where the gateway does not say.</param>
/// <param name="Kind">
/// run_started, run_ended, run_failed, tool_started, tool_ended, message, session_created, session_removed, cron_started or cron_ended.
/// </param>
/// <param name="SessionType">main, direct, group, custom, cron or subagent.</param>
/// <param name="Role">Who wrote a message: user or assistant; null for other kinds.</param>
/// <param name="Text">What a tool does, what an agent said, why a run failed, or the name of a session or cron job.</param>
/// <param name="Failed">Whether a tool or a cron job failed; null where that is not known.</param>
internal sealed record AgentEventView(
    long Id, DateTimeOffset Time, string Gateway, string Kind, string Agent, string? Session, string? SessionType, string? Run, string? Tool,
    string? Role, string? Text, bool? Failed)
{
    public static AgentEventView Of(string gateway, NumberedEvent numbered)
    {
        var e = numbered.Event;
        return new AgentEventView(
            numbered.Number, e.Time ?? numbered.At, gateway, Words.Of(e.Kind), e.Agent, e.Session, e.SessionType, e.Run, e.Tool, e.Role,
            e.Text, e.Failed);
    }
}
