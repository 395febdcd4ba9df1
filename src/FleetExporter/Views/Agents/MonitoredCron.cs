using FleetExporter.OpenClaw;
using FleetExporter.OpenClaw.Protocol;

namespace FleetExporter.Views.Agents;

/// <summary>A cron job of a gateway, and what decides where a list shows it.</summary>
/// <param name="Runs">The gateway's newest runs; null if unknown.</param>
internal sealed record MonitoredCron(string Gateway, GatewayCron Cron, GatewayCronRuns? Runs, CronOutcome? Outcome, bool? Overdue, bool? Flapping)
{
    public bool IsFailing => Cron.Enabled != false && Outcome is CronOutcome.Error or CronOutcome.Aborted;

    public static IEnumerable<MonitoredCron> All(MonitoredGateway gateway, DateTimeOffset now)
    {
        var runs = gateway.Reading?.CronRuns;
        return (gateway.Reading?.Crons?.Crons ?? []).Select(cron => new MonitoredCron(
            gateway.Name, cron, runs, CronHealth.OutcomeOf(cron, runs), CronHealth.IsOverdue(cron, now), CronHealth.IsFlapping(cron, runs)));
    }
}
