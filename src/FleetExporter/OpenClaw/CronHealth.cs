using FleetExporter.OpenClaw.Protocol;

namespace FleetExporter.OpenClaw;

/// <summary>What follows from a cron job and its last runs.</summary>
internal static class CronHealth
{
    private const int RunsCompared = 10;
    private const int ChangesOfFlapping = 3;
    private const int ErrorsOfFlapping = 3;

    private static readonly TimeSpan OverdueAfter = TimeSpan.FromMinutes(5);

    /// <summary>How the last run ended; null before the first. The job itself calls an aborted run ok, its record of runs tells.</summary>
    /// <param name="runs">Null without an answer.</param>
    public static CronOutcome? OutcomeOf(GatewayCron cron, GatewayCronRuns? runs) =>
        cron.Outcome == CronOutcome.Ok && NewestOf(cron, runs) is { Outcome: CronOutcome.Aborted } run && (run.At ?? cron.LastRun) == cron.LastRun
            ? CronOutcome.Aborted
            : cron.Outcome;

    /// <summary>Whether the last run succeeded; null before the first and after a skipped one.</summary>
    public static bool? SucceededOf(GatewayCron cron, GatewayCronRuns? runs) =>
        OutcomeOf(cron, runs) == CronOutcome.Aborted ? false : cron.Succeeded;

    /// <summary>What became of the last run's result; null before the first, or if unknown.</summary>
    public static CronDelivery? DeliveryOf(GatewayCron cron, GatewayCronRuns? runs) => cron.Delivery ?? NewestOf(cron, runs)?.Delivery;

    /// <summary>The model that it asks for, else the one of its last run.</summary>
    public static string? ModelOf(GatewayCron cron, GatewayCronRuns? runs) => cron.Model ?? NewestOf(cron, runs)?.Model;

    /// <summary>
    /// Whether it fails again and again: 3 consecutive errors, or 3 changes between success and failure among its last 10 runs. Null if unknown.
    /// </summary>
    public static bool? IsFlapping(GatewayCron cron, GatewayCronRuns? runs)
    {
        if (cron.ConsecutiveErrors >= ErrorsOfFlapping)
        {
            return true;
        }

        var last = runs?.Of(cron.Id).Where(r => r.Outcome is not (null or CronOutcome.Skipped)).Take(RunsCompared)
            .Select(r => r.Outcome == CronOutcome.Ok).ToList() ?? [];
        return last.Zip(last.Skip(1)).Count(pair => pair.First != pair.Second) >= ChangesOfFlapping
            || (last.Count >= ErrorsOfFlapping && !last.Take(ErrorsOfFlapping).Any(ok => ok)) ? true

            // It has run, but its runs are not known.
            : last.Count == 0 && cron.LastRun is not null ? null : false;
    }

    /// <summary>Whether it should have begun more than 5 minutes ago; null if unknown.</summary>
    public static bool? IsOverdue(GatewayCron cron, DateTimeOffset now) =>
        cron.Enabled == false || cron.Running == true || cron.NextRun + OverdueAfter >= now ? false
        : cron is { Enabled: true, Running: false, NextRun: not null } ? true
        : null;

    private static GatewayCronRun? NewestOf(GatewayCron cron, GatewayCronRuns? runs) => runs?.Of(cron.Id) is [var newest, ..] ? newest : null;
}
