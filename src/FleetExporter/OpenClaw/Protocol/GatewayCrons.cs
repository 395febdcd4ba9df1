using System.Globalization;
using System.Text.Json;

namespace FleetExporter.OpenClaw.Protocol;

/// <summary>One cron job.</summary>
/// <param name="Schedule">A cron expression with its time zone, <c>every 3600s</c>, <c>at 2027-01-15T08:00:00Z</c>, or the kind alone.</param>
/// <param name="Succeeded">Whether the last run succeeded; null before the first and after a skipped one.</param>
/// <param name="Delivered">
/// Whether the last run's result was delivered; null if there was nothing to deliver or it is unknown.
/// </param>
/// <param name="Running">Null if the gateway omitted the job's state.</param>
internal sealed record GatewayCron(
    string Id, string Name, string Agent, string Schedule, bool? Enabled, DateTimeOffset? LastRun, DateTimeOffset? NextRun, TimeSpan? LastDuration,
    bool? Succeeded, bool? Delivered, double? ConsecutiveErrors, bool? Running);

/// <summary>One page of the cron jobs.</summary>
/// <param name="Next">Offset of the next page; null at the end.</param>
internal sealed record GatewayCrons(IReadOnlyList<GatewayCron> Crons, int? Next)
{
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
            [.. GatewayJson.Rows(payload.RequireList("jobs", method), Row, method).DistinctBy(c => c.Id)], GatewaySessions.NextOf(payload));
    }

    private static GatewayCron? Row(JsonElement job)
    {
        if (GatewayName.Clean(job.Text("id")) is not { } id)
        {
            return null;
        }

        var state = job.Member("state");
        var enabled = job.Flag("enabled");
        return new GatewayCron(
            id,
            GatewayName.Clean(job.Text("displayName") ?? job.Text("name")) ?? "",
            GatewayName.Clean(job.Text("agentId") ?? job.Text("effectiveAgentId")) ?? "",
            ScheduleOf(job.Member("schedule")),
            enabled,
            state?.Moment("lastRunAtMs") ?? job.Moment("lastRunAtMs"),
            enabled == false ? null : state?.Moment("nextRunAtMs") ?? job.Moment("nextRunAtMs"),
            state?.Milliseconds("lastDurationMs") ?? job.Milliseconds("lastDurationMs"),
            (state.Member("lastRunStatus", "lastStatus") ?? ((JsonElement?)job).Member("lastRunStatus", "lastStatus"))?.Text() switch
            {
                "ok" => true,
                "error" => false,
                _ => null
            },
            DeliveredOf(state?.Text("lastDeliveryStatus") ?? job.Text("lastDeliveryStatus")),
            state?.Amount("consecutiveErrors"),
            state is { ValueKind: JsonValueKind.Object } known ? known.Moment("runningAtMs") is not null : null);
    }

    internal static bool? DeliveredOf(string? status) => status switch { "delivered" => true, "not-delivered" => false, _ => null };

    // Other kinds contain free text, such as a command: only the kind is published.
    private static string ScheduleOf(JsonElement? schedule) => schedule?.Text("kind") switch
    {
        "cron" => GatewayName.Clean($"{schedule.Value.Text("expr")} {schedule.Value.Text("tz")}") ?? "cron",
        "every" when schedule.Value.Milliseconds("everyMs") is { } every =>
            string.Create(CultureInfo.InvariantCulture, $"every {every.TotalSeconds:0.###}s"),
        "at" when schedule.Value.Moment("at") is { } at => string.Create(CultureInfo.InvariantCulture, $"at {at.UtcDateTime:yyyy-MM-ddTHH:mm:ss}Z"),
        { } kind => GatewayName.Clean(kind) ?? "",
        _ => "",
    };
}

/// <summary>The newest runs of all cron jobs.</summary>
/// <param name="Delivered">By job: whether its newest run was delivered, if known.</param>
internal sealed record GatewayCronRuns(IReadOnlyDictionary<string, bool> Delivered)
{
    /// <summary>Parses the answer of <c>cron.runs</c>, newest first.</summary>
    /// <exception cref="FormatException">No list <c>entries</c>, or no entry with a job.</exception>
    /// <remarks>Tested with 2026.5.28 and 2026.9.6. <c>delivered: false</c> beside <c>deliveryStatus: not-requested</c> is no failure.</remarks>
    public static GatewayCronRuns Parse(JsonElement payload)
    {
        const string method = "cron.runs";
        payload.RequireObject(method);
        var runs = GatewayJson.Rows(
            payload.RequireList("entries", method),
            e => GatewayName.Clean(e.Text("jobId")) is { } id ? new Run(id, e.Moment("runAtMs") ?? e.Moment("ts"), e.Text("deliveryStatus")) : null,
            method);
        return new GatewayCronRuns(runs
            .GroupBy(r => r.Job)
            .Select(g => (Job: g.Key, Delivered: GatewayCrons.DeliveredOf(g.OrderByDescending(r => r.At).First().Delivery)))
            .Where(r => r.Delivered is not null)
            .ToDictionary(r => r.Job, r => r.Delivered!.Value));
    }

    private sealed record Run(string Job, DateTimeOffset? At, string? Delivery);
}
