using FleetExporter.OpenClaw;
using FleetExporter.OpenClaw.Protocol;
using FleetExporter.OpenClaw.Schedules;
using NextTimes = FleetExporter.OpenClaw.Schedules.NextRuns;

namespace FleetExporter.Views.Agents;

/// <summary>One cron job of a gateway; unknown values are null. Never what it runs, which may contain secrets.</summary>
/// <param name="Schedule">As in the metric <c>fleet_openclaw_cron_info</c>.</param>
/// <param name="ScheduleText">In words.</param>
/// <param name="NextRunAt">As the gateway says; null while it is disabled.</param>
/// <param name="NextRuns">The next three by its schedule; empty if there will be none.</param>
/// <param name="NextRunsReason">Why they are null: <c>invalid</c>, <c>not_timed</c>, <c>time_zone</c> or <c>unknown</c>.</param>
/// <param name="LastStatus">
/// ok, error, skipped, or aborted: the gateway calls the run ok, but its agent did not complete it. Null before the first.
/// </param>
/// <param name="LastError">Null if the last run succeeded.</param>
/// <param name="ErrorReason">A word of the gateway, such as <c>rate_limit</c>.</param>
/// <param name="LastDiagnostics">The beginning of what the last run reported about itself.</param>
/// <param name="Overdue">Whether it should have begun more than 5 minutes ago.</param>
/// <param name="Delivery">delivered, not_delivered, not_requested, or unknown if the gateway does not know. Null before the first run.</param>
/// <param name="Model">The model that it asks for, else the one of its last run.</param>
/// <param name="Flapping">3 consecutive errors, or 3 changes between success and failure among its last 10 runs.</param>
/// <param name="PayloadKind">agentTurn, systemEvent, command, script, …</param>
/// <param name="Usd">Cost by window in US dollars; see <see cref="MonitoredCosts"/>.</param>
internal sealed record CronView(
    string Gateway, string Id, string? Name, string? Agent, bool? Enabled, string Schedule, string ScheduleText, DateTimeOffset? NextRunAt,
    IReadOnlyList<DateTimeOffset>? NextRuns, string? NextRunsReason, DateTimeOffset? LastRunAt, string? LastStatus, double? LastDurationSeconds,
    string? LastError, string? ErrorReason, string? LastDiagnostics, long? ConsecutiveErrors, long? ConsecutiveSkipped, bool? Running, bool? Overdue,
    string? Delivery, string? Model, bool? Flapping, string? PayloadKind, IReadOnlyDictionary<string, decimal?> Usd)
{
    /// <param name="windows">Cost of the gateway; null if unknown.</param>
    public static CronView Of(MonitoredCron monitored, IReadOnlyList<WindowCost>? windows, DateTimeOffset now)
    {
        var (cron, runs) = (monitored.Cron, monitored.Runs);
        var next = NextTimes.Of(cron, now);
        var failed = monitored.Outcome != CronOutcome.Ok;
        return new CronView(
            monitored.Gateway,
            cron.Id,
            cron.Name.Length > 0 ? cron.Name : null,
            cron.Agent.Length > 0 ? cron.Agent : null,
            cron.Enabled,
            cron.Schedule,
            ScheduleWords.Of(cron.When, cron.NextRun ?? (next.Times is [var first, ..] ? first : null)),
            cron.NextRun,
            next.Times,
            next.Gap is { } gap ? Words.Of(gap) : null,
            cron.LastRun,
            monitored.Outcome is { } outcome ? Words.Of(outcome) : null,
            JsonNumber.Round(cron.LastDuration?.TotalSeconds, 3),
            failed ? cron.LastError : null,
            failed ? cron.ErrorReason : null,
            cron.Diagnostics,
            JsonNumber.Whole(cron.ConsecutiveErrors),
            JsonNumber.Whole(cron.ConsecutiveSkipped),
            cron.Running,
            monitored.Overdue,
            CronHealth.DeliveryOf(cron, runs) is { } delivery ? Words.Of(delivery) : null,
            CronHealth.ModelOf(cron, runs),
            monitored.Flapping,
            cron.PayloadKind,
            GatewayCosts.Windows.ToDictionary(
                name => name, name => windows?.FirstOrDefault(w => w.Window == name) is { } window ? GatewayCosts.OfCron(window, cron.Id) : null));
    }
}
