using FleetExporter.OpenClaw.Protocol;

namespace FleetExporter.Views.Agents;

/// <summary>One run of a cron job that has ended; unknown values are null.</summary>
/// <param name="At">When it began.</param>
/// <param name="Status">ok, error, skipped, or aborted: the gateway calls it ok, but its agent did not complete it.</param>
/// <param name="ErrorReason">A word of the gateway, such as <c>rate_limit</c>.</param>
/// <param name="Delivery">delivered, not_delivered, not_requested or unknown.</param>
/// <param name="Summary">The beginning of what it said or wrote.</param>
internal sealed record CronRunView(
    DateTimeOffset? At, string? Status, double? DurationSeconds, string? Error, string? ErrorReason, string? Delivery, string? Model,
    CronRunTokensView? Tokens, string? SessionKey, string? RunId, string? Summary)
{
    public static CronRunView Of(GatewayCronRun run) => new(
        run.At,
        run.Outcome is { } outcome ? Words.Of(outcome) : null,
        JsonNumber.Round(run.Duration?.TotalSeconds, 3),
        run.Error,
        run.ErrorReason,
        run.Delivery is { } delivery ? Words.Of(delivery) : null,
        run.Model,
        run.Tokens is null ? null : CronRunTokensView.Of(run.Tokens),
        run.Session,
        run.Run,
        run.Summary);
}

/// <param name="Total">As the gateway adds it up.</param>
internal sealed record CronRunTokensView(long? Input, long? Output, long? CacheRead, long? Total)
{
    public static CronRunTokensView Of(CronRunTokens tokens) => new(
        JsonNumber.Whole(tokens.Input), JsonNumber.Whole(tokens.Output), JsonNumber.Whole(tokens.CacheRead), JsonNumber.Whole(tokens.Total));
}
