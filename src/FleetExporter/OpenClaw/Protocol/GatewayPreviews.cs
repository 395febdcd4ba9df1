using System.Text.Json;

namespace FleetExporter.OpenClaw.Protocol;

/// <param name="Role">user, assistant, or another word of the gateway.</param>
internal sealed record GatewayMessage(string Role, string Text);

/// <summary>The last messages of one session.</summary>
/// <param name="Key">The session's key, cleaned.</param>
/// <param name="Status">ok, empty, missing, cold or error; other words are <c>unknown</c>.</param>
internal sealed record GatewayPreview(string Key, string Status, IReadOnlyList<GatewayMessage> Messages);

/// <summary>The last messages of sessions.</summary>
internal sealed record GatewayPreviews(IReadOnlyList<GatewayPreview> Previews)
{
    /// <summary>UTF-16 units of one message.</summary>
    public const int MaxText = 600;

    private const int MaxMessages = 20;
    private const int MaxPreviews = 64;

    private static readonly string[] Statuses = ["ok", "empty", "missing", "cold", "error"];

    /// <summary>Parses the answer of <c>sessions.preview</c>.</summary>
    /// <returns>Each message is one printable line without what looks like a secret; those without text are omitted.</returns>
    /// <exception cref="FormatException">No list <c>previews</c>, or no row with a key.</exception>
    /// <remarks>Tested with 2026.5.28 (no transcript of a failed cron job) and 2026.9.6.</remarks>
    public static GatewayPreviews Parse(JsonElement payload)
    {
        const string method = "sessions.preview";
        payload.RequireObject(method);
        return new GatewayPreviews([
            .. GatewayJson.Rows([.. payload.RequireList("previews", method).Take(MaxPreviews)], Row, method).DistinctBy(p => p.Key),
        ]);
    }

    private static GatewayPreview? Row(JsonElement row) => GatewayName.Clean(row.Text("key")) is { } key
        ? new GatewayPreview(
            key,
            row.Text("status") is { } status && Statuses.Contains(status) ? status : "unknown",
            [.. row.Items("items").TakeLast(MaxMessages).Select(MessageOf).OfType<GatewayMessage>()])
        : null;

    private static GatewayMessage? MessageOf(JsonElement item) => GatewayName.Prose(item.Text("text"), MaxText) is { } text
        ? new GatewayMessage(GatewayName.Clean(item.Text("role")) ?? "unknown", text)
        : null;
}
