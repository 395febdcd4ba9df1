using System.Text.Json;

namespace FleetExporter.OpenClaw.Protocol;

/// <summary>One page of the sessions of the gateway.</summary>
/// <param name="At">The gateway's clock when it answered.</param>
/// <param name="Total">Over all pages.</param>
/// <param name="Next">Offset of the next page; null at the end.</param>
internal sealed record GatewaySessions(DateTimeOffset? At, IReadOnlyList<GatewaySession> Sessions, double? Total, int? Next)
{
    public static IReadOnlyList<string> Types { get; } = ["main", "direct", "group", "custom", "cron", "subagent"];

    /// <summary>Of a session's last run.</summary>
    public static IReadOnlyList<string> Statuses { get; } = ["queued", "running", "done", "failed", "killed", "timeout"];

    /// <summary>Parses the answer of <c>sessions.list</c>.</summary>
    /// <returns>
    /// In the gateway's order, without the <c>:run:</c> keys that belong to one run of a cron.
    /// Ignores input tokens, output tokens and cost of these rows, which cover the last run only.
    /// </returns>
    /// <exception cref="FormatException">No list <c>sessions</c>, or no row with a key.</exception>
    /// <remarks>Tested with 2026.5.28 (without <c>agentId</c> and <c>classification</c>, which are taken from the key) and 2026.9.6.</remarks>
    public static GatewaySessions Parse(JsonElement payload)
    {
        const string method = "sessions.list";
        payload.RequireObject(method);
        var rows = GatewayJson.Rows(payload.RequireList("sessions", method), GatewaySession.Of, method);
        return new GatewaySessions(
            payload.Moment("ts"), [.. rows.Where(s => !s.Key.Contains(":run:", StringComparison.Ordinal))],
            payload.Amount("totalCount"), NextOf(payload));
    }

    /// <summary>Offset of the next page of a list: <c>hasMore</c> and <c>nextOffset</c>.</summary>
    internal static int? NextOf(JsonElement payload) =>
        payload.Flag("hasMore") == true && payload.Amount("nextOffset") is { } next and > 0 and < 1_000_000 ? (int)next : null;

    internal static string TypeOf(string? classification, string[] key) =>
        classification is not null && Types.Contains(classification) ? classification : key switch
        {
            ["agent", _, "main"] => "main",
            [_, _, "cron", ..] => "cron",
            [_, _, "subagent", ..] => "subagent",
            _ => "custom",
        };
}
