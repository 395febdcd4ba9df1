using System.Text.Json;

namespace FleetExporter.OpenClaw.Protocol;

/// <summary>One cron job.</summary>
/// <param name="Schedule">As <see cref="GatewaySchedule.Text"/>.</param>
/// <param name="Succeeded">Whether the last run succeeded; null before the first and after a skipped one.</param>
/// <param name="Delivered">
/// Whether the last run's result was delivered; null if there was nothing to deliver or it is unknown.
/// </param>
/// <param name="Running">Null if the gateway omitted the job's state.</param>
internal sealed record GatewayCron(
    string Id, string Name, string Agent, string Schedule, bool? Enabled, DateTimeOffset? LastRun, DateTimeOffset? NextRun, TimeSpan? LastDuration,
    bool? Succeeded, bool? Delivered, double? ConsecutiveErrors, bool? Running)
{
    public GatewaySchedule When { get; init; } = GatewaySchedule.Parse(null);

    /// <summary>How the last run ended, as the job itself says, which calls aborted runs ok; null before the first.</summary>
    public CronOutcome? Outcome { get; init; }

    /// <summary>Null before the first run, or if unknown.</summary>
    public CronDelivery? Delivery { get; init; }

    public double? ConsecutiveSkipped { get; init; }

    public string? LastError { get; init; }

    /// <summary>A word of the gateway, such as <c>rate_limit</c>.</summary>
    public string? ErrorReason { get; init; }

    /// <summary>The beginning of what the last run reported about itself.</summary>
    public string? Diagnostics { get; init; }

    /// <summary>What it runs: <c>agentTurn</c>, <c>systemEvent</c>, <c>command</c>, …; never its text, which may contain secrets.</summary>
    public string? PayloadKind { get; init; }

    /// <summary>The model that it asks for; null for the agent's own.</summary>
    public string? Model { get; init; }
}

/// <summary>One page of the cron jobs.</summary>
/// <param name="Next">Offset of the next page; null at the end.</param>
internal sealed record GatewayCrons(IReadOnlyList<GatewayCron> Crons, int? Next)
{
    /// <summary>Jobs of all pages; null if the gateway does not say.</summary>
    public double? Total { get; init; }

    /// <summary>Parses the answer of <c>cron.list</c> with <c>includeDisabled: true</c>.</summary>
    /// <exception cref="FormatException">No list <c>jobs</c>, or no job with an id.</exception>
    /// <remarks>
    /// Tested with 2026.5.28 (all in <c>state</c>) and 2026.9.6 (again beside it; compact rows only there).
    /// A version may say <c>lastRunStatus</c> or <c>lastStatus</c>. A disabled job has no next run.
    /// </remarks>
    public static GatewayCrons Parse(JsonElement payload)
    {
        const string method = "cron.list";
        payload.RequireObject(method);
        return new GatewayCrons(
            [.. GatewayJson.Rows(payload.RequireList("jobs", method), Row, method).DistinctBy(c => c.Id)], GatewaySessions.NextOf(payload))
        {
            Total = payload.Amount("total"),
        };
    }

    private static GatewayCron? Row(JsonElement job)
    {
        if (GatewayName.Clean(job.Text("id")) is not { } id)
        {
            return null;
        }

        var state = job.Member("state");
        var enabled = job.Flag("enabled");
        var when = GatewaySchedule.Parse(job.Member("schedule"));
        var status = (state.Member("lastRunStatus", "lastStatus") ?? ((JsonElement?)job).Member("lastRunStatus", "lastStatus"))?.Text();
        var outcome = GatewayCronWords.Outcome(status, null);
        var delivery = GatewayCronWords.Delivery(state?.Text("lastDeliveryStatus") ?? job.Text("lastDeliveryStatus"));
        return new GatewayCron(
            id,
            GatewayName.Clean(job.Text("displayName") ?? job.Text("name")) ?? "",
            GatewayName.Clean(job.Text("agentId") ?? job.Text("effectiveAgentId")) ?? "",
            when.Text,
            enabled,
            state?.Moment("lastRunAtMs") ?? job.Moment("lastRunAtMs"),
            enabled == false ? null : state?.Moment("nextRunAtMs") ?? job.Moment("nextRunAtMs"),
            state?.Milliseconds("lastDurationMs") ?? job.Milliseconds("lastDurationMs"),
            outcome switch { CronOutcome.Ok => true, CronOutcome.Error or CronOutcome.Aborted => false, _ => null },
            GatewayCronWords.IsDelivered(delivery),
            state?.Amount("consecutiveErrors"),
            state is { ValueKind: JsonValueKind.Object } known ? known.Moment("runningAtMs") is not null : null)
        {
            When = when,
            Outcome = outcome,
            Delivery = delivery,
            ConsecutiveSkipped = state?.Amount("consecutiveSkipped"),
            LastError = GatewayCronWords.Line(state?.Text("lastError") ?? job.Text("lastRunError")),
            ErrorReason = GatewayName.Clean(state?.Text("lastErrorReason")),
            Diagnostics = GatewayCronWords.Line(state?.Text("lastDiagnosticSummary")),
            PayloadKind = GatewayName.Clean(job.Member("payload")?.Text("kind")),
            Model = GatewayName.Clean(job.Member("payload")?.Text("model")),
        };
    }
}
