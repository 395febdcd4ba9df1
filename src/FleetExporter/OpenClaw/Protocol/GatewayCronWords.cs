namespace FleetExporter.OpenClaw.Protocol;

/// <summary>How a run of a cron job ended.</summary>
internal enum CronOutcome
{
    Ok,
    Error,
    Skipped,

    /// <summary>The gateway calls it ok, but the agent's run did not complete.</summary>
    Aborted,
}

/// <summary>What became of a run's result.</summary>
internal enum CronDelivery
{
    Delivered,
    NotDelivered,
    NotRequested,

    /// <summary>The gateway itself does not know.</summary>
    Unknown,
}

/// <summary>Words and texts of cron jobs and their runs.</summary>
internal static class GatewayCronWords
{
    private const int MaxText = 300;

    /// <param name="completion">
    /// How the agent's run ended: <c>succeeded</c>, <c>failed</c> or <c>unknown</c>; null for a version that does not say.
    /// </param>
    public static CronOutcome? Outcome(string? status, string? completion) => (status, completion) switch
    {
        ("ok", null or "succeeded") => CronOutcome.Ok,
        ("ok" or "aborted" or "cancelled" or "killed", _) => CronOutcome.Aborted,
        ("error", _) => CronOutcome.Error,
        ("skipped", _) => CronOutcome.Skipped,
        _ => null,
    };

    public static CronDelivery? Delivery(string? status) => status switch
    {
        "delivered" => CronDelivery.Delivered,
        "not-delivered" => CronDelivery.NotDelivered,
        "not-requested" => CronDelivery.NotRequested,
        "unknown" => CronDelivery.Unknown,
        _ => null,
    };

    /// <summary>Whether the result was delivered; null if there was nothing to deliver or it is unknown.</summary>
    public static bool? IsDelivered(CronDelivery? delivery) => delivery switch
    {
        CronDelivery.Delivered => true,
        CronDelivery.NotDelivered => false,
        _ => null,
    };

    /// <summary>A text on one line, truncated; null if there is none.</summary>
    public static string? Line(string? text) => text is not null && Printable.Line(text, MaxText) is { Length: > 0 } line ? line : null;
}
