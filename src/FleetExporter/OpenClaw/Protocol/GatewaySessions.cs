using System.Text.Json;

namespace FleetExporter.OpenClaw.Protocol;

/// <summary>One session of an agent.</summary>
/// <param name="Key">For example <c>agent:main:main</c>, cleaned.</param>
/// <param name="Agent">The agent's id; empty if unknown.</param>
/// <param name="Type">One of <see cref="GatewaySessions.Types"/>.</param>
/// <param name="ContextRatio">Share of the model's context in use; null if unknown.</param>
internal sealed record GatewaySession(string Key, string Agent, string Type, DateTimeOffset? UpdatedAt, double? ContextRatio, bool? HasActiveRun)
{
    /// <summary>UTF-16 units of a key that can be sent back.</summary>
    public const int MaxKey = 512;

    private const int MaxModel = 200;
    private const int MaxError = 240;
    private const int MaxChildren = 100;

    /// <summary>The key unchanged, because it is sent back to the gateway; null if it is too long or not printable.</summary>
    public string? RawKey { get; init; }

    /// <summary>Its label, or else its display name; null without both.</summary>
    public string? Label { get; init; }

    /// <summary><c>provider/model</c>.</summary>
    public string? Model { get; init; }

    /// <summary>Of its last run, one of <see cref="GatewaySessions.Statuses"/>; null if unknown.</summary>
    public string? Status { get; init; }

    /// <summary>Key of the session that spawned it, cleaned.</summary>
    public string? Parent { get; init; }

    /// <summary>Keys of the sessions that it spawned, cleaned: the first ones.</summary>
    public IReadOnlyList<string> Children { get; init; } = [];

    /// <summary>0 for a session without parent.</summary>
    public int? Depth { get; init; }

    /// <summary>Tokens of the context in use; null if unknown or not fresh.</summary>
    public double? Tokens { get; init; }

    /// <summary>Size of the model's context in tokens.</summary>
    public double? ContextTokens { get; init; }

    public DateTimeOffset? CreatedAt { get; init; }

    public string? LastError { get; init; }

    /// <summary>Reads a row of <c>sessions.list</c>.</summary>
    /// <returns>Null without a key.</returns>
    internal static GatewaySession? Of(JsonElement row)
    {
        if (row.Text("key") is not { Length: > 0 } raw || GatewayName.Clean(raw) is not { } key)
        {
            return null;
        }

        var parts = raw.Split(':');
        var used = row.Flag("totalTokensFresh") == false ? null : row.Amount("totalTokens");
        var (window, running, parent) = (row.Amount("contextTokens"), row.Flag("hasActiveRun"), ParentOf(row));
        return new GatewaySession(
            raw.Contains(":run:", StringComparison.Ordinal) ? raw : key,
            GatewayName.Clean(row.Text("agentId") ?? (parts is ["agent", var id, ..] ? id : null)) ?? "",
            GatewaySessions.TypeOf(row.Text("classification"), parts),
            LastOf(row.Moment("lastActivityAt"), row.Moment("updatedAt")),
            used is { } tokens && window is { } context and > 0 ? tokens / context : null,
            running)
        {
            RawKey = raw.Length <= MaxKey && Printable.Text(raw) == raw ? raw : null,
            Label = GatewayName.Line(row.Text("label"), GatewayName.MaxLine) ?? GatewayName.Line(row.Text("displayName"), GatewayName.MaxLine),
            Model = GatewayName.Line(row.Text("model"), MaxModel) is { } model
                ? GatewayName.Line(row.Text("modelProvider") is { Length: > 0 } provider ? $"{provider}/{model}" : model, MaxModel)
                : null,
            Status = StatusOf(row.Text("status"), running),
            Parent = parent,
            Children = [.. row.Items("childSessions").Take(MaxChildren).Select(c => GatewayName.Clean(c.Text())).OfType<string>().Distinct()],
            Depth = row.Amount("spawnDepth") is { } depth and <= 1000 ? (int)depth : parent is null ? 0 : null,
            Tokens = used,
            ContextTokens = window,
            CreatedAt = row.Moment("createdAt"),
            LastError = GatewayName.Prose(row.Text("lastRunError"), MaxError),
        };
    }

    private static string? ParentOf(JsonElement row) => GatewayName.Clean(row.Text("parentSessionKey")) ?? GatewayName.Clean(row.Text("spawnedBy"));

    // Gateway 2026.5.28 says "running" for minutes after a failed run.
    private static string? StatusOf(string? status, bool? running) =>
        status is null || !GatewaySessions.Statuses.Contains(status) || (status == "running" && running == false) ? null : status;

    private static DateTimeOffset? LastOf(DateTimeOffset? active, DateTimeOffset? updated) =>
        updated is null || !(active > updated) ? updated : active;
}

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
