using System.Text.Json;

namespace FleetExporter.OpenClaw.Protocol;

/// <summary>Tokens of one run.</summary>
/// <param name="Total">As the gateway adds it up.</param>
internal sealed record CronRunTokens(double? Input, double? Output, double? CacheRead, double? Total);

/// <summary>One run of a cron job that has ended.</summary>
/// <param name="Job">Id of the job.</param>
/// <param name="At">When it began.</param>
/// <param name="Outcome">Null if unknown.</param>
/// <param name="Model">Null if it called none.</param>
/// <param name="Tokens">Null if unknown.</param>
/// <param name="Session">Key of its session, whole; null without one.</param>
/// <param name="Run">Its id.</param>
/// <param name="Summary">The beginning of what it said or wrote.</param>
internal sealed record GatewayCronRun(
    string Job, DateTimeOffset? At, CronOutcome? Outcome, TimeSpan? Duration, string? Error, string? ErrorReason, CronDelivery? Delivery,
    string? Model, CronRunTokens? Tokens, string? Session, string? Run, string? Summary);

/// <summary>Runs of cron jobs.</summary>
/// <param name="ByJob">By id of the job, newest first.</param>
/// <param name="Total">On record at the gateway; null if it does not say.</param>
internal sealed record GatewayCronRuns(IReadOnlyDictionary<string, IReadOnlyList<GatewayCronRun>> ByJob, double? Total)
{
    private const int MaxKey = 256;

    /// <summary>Parses the answer of <c>cron.runs</c>, for all jobs or one.</summary>
    /// <exception cref="FormatException">No list <c>entries</c>, or no entry with a job.</exception>
    /// <remarks>Tested with 2026.5.28 and 2026.9.6. <c>delivered: false</c> beside <c>deliveryStatus: not-requested</c> is no failure.</remarks>
    public static GatewayCronRuns Parse(JsonElement payload)
    {
        const string method = "cron.runs";
        payload.RequireObject(method);
        return new GatewayCronRuns(
            GatewayJson.Rows(payload.RequireList("entries", method), Row, method)
                .GroupBy(r => r.Job, StringComparer.Ordinal)
                .ToDictionary(
                    g => g.Key, g => (IReadOnlyList<GatewayCronRun>)[.. g.OrderByDescending(r => r.At)], StringComparer.Ordinal),
            payload.Amount("total"));
    }

    /// <summary>Runs of one job, newest first; empty if none is known.</summary>
    public IReadOnlyList<GatewayCronRun> Of(string job) => ByJob.GetValueOrDefault(job) ?? [];

    private static GatewayCronRun? Row(JsonElement entry) => GatewayName.Clean(entry.Text("jobId")) is not { } job ? null : new GatewayCronRun(
        job,
        entry.Moment("runAtMs") ?? entry.Moment("ts"),
        GatewayCronWords.Outcome(entry.Text("status"), entry.Text("completionStatus")),
        entry.Milliseconds("durationMs"),
        GatewayCronWords.Line(entry.Text("error")),
        GatewayName.Clean(entry.Text("errorReason")),
        GatewayCronWords.Delivery(entry.Text("deliveryStatus")),
        GatewayName.Clean(entry.Text("model")),
        entry.Member("usage") is { ValueKind: JsonValueKind.Object } usage
            ? new(usage.Amount("input_tokens"), usage.Amount("output_tokens"), usage.Amount("cache_read_tokens"), usage.Amount("total_tokens"))
            : null,
        entry.Text("sessionKey") is { } key && Printable.Line(key, MaxKey) is { Length: > 0 } session ? session : null,
        GatewayName.Clean(entry.Text("runId")),
        GatewayCronWords.Line(entry.Text("summary")));
}
