using FleetExporter.OpenClaw.Protocol;

namespace FleetExporter.OpenClaw;

/// <summary>Recognizes that cron jobs began and ended, by comparing two answers, where the gateway sends no events of them.</summary>
internal static class CronChanges
{
    /// <param name="before">Null for the first answer, which tells nothing new.</param>
    public static IEnumerable<AgentEvent> Between(GatewayCrons? before, GatewayCrons now)
    {
        var known = before?.Crons.ToDictionary(c => c.Id, StringComparer.Ordinal) ?? [];
        foreach (var cron in now.Crons)
        {
            if (known.GetValueOrDefault(cron.Id) is { } previous)
            {
                if (cron.Running == true && previous.Running == false)
                {
                    yield return Of(AgentEventKind.CronStarted, cron, null, null);
                }

                if (cron.LastRun is { } last && last != previous.LastRun && cron.Running != true)
                {
                    yield return Of(AgentEventKind.CronEnded, cron, last + cron.LastDuration, cron.Succeeded is { } succeeded ? !succeeded : null);
                }
            }
        }
    }

    private static AgentEvent Of(AgentEventKind kind, GatewayCron cron, DateTimeOffset? time, bool? failed) => new(
        kind, time, cron.Agent, $"agent:{cron.Agent}:cron:{cron.Id}", "cron", null, null, cron.Name.Length > 0 ? cron.Name : cron.Id, failed);
}
