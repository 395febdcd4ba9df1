using System.Globalization;
using System.Text.Json;

namespace FleetExporter.OpenClaw.Protocol;

/// <summary>When a cron job runs.</summary>
/// <param name="Kind">
/// <c>cron</c>, <c>every</c>, <c>at</c>, or a kind that does not depend on time, such as <c>on-exit</c>; empty if unknown.
/// </param>
/// <param name="Expression">Of the kind <c>cron</c>.</param>
/// <param name="TimeZone">Of the kind <c>cron</c>: an IANA name; null for the time zone of the gateway's machine.</param>
internal sealed record GatewaySchedule(string Kind, string? Expression, string? TimeZone, TimeSpan? Every, DateTimeOffset? At)
{
    private const int MaxExpression = 200;

    /// <summary>
    /// A cron expression with its time zone, <c>every 3600s</c>, <c>at 2027-01-15T08:00:00Z</c>, or the kind alone: others contain free text, such
    /// as a command.
    /// </summary>
    public string Text { get; private init; } = "";

    /// <param name="schedule">Null if the gateway omitted it.</param>
    public static GatewaySchedule Parse(JsonElement? schedule)
    {
        if (schedule is not { ValueKind: JsonValueKind.Object } given)
        {
            return new GatewaySchedule("", null, null, null, null);
        }

        var kind = given.Text("kind");
        var (every, at) = (kind == "every" ? given.Milliseconds("everyMs") : null, kind == "at" ? given.Moment("at") : null);
        return new GatewaySchedule(
            GatewayName.Clean(kind) ?? "",
            kind == "cron" ? Line(given.Text("expr")) : null,
            kind == "cron" ? Line(given.Text("tz")) : null,
            every,
            at)
        {
            Text = kind switch
            {
                "cron" => GatewayName.Clean($"{given.Text("expr")} {given.Text("tz")}") ?? "cron",
                "every" when every is { } interval => string.Create(CultureInfo.InvariantCulture, $"every {interval.TotalSeconds:0.###}s"),
                "at" when at is { } time => string.Create(CultureInfo.InvariantCulture, $"at {time.UtcDateTime:yyyy-MM-ddTHH:mm:ss}Z"),
                _ => GatewayName.Clean(kind) ?? "",
            },
        };
    }

    private static string? Line(string? text) => text is not null && Printable.Line(text, MaxExpression) is { Length: > 0 } line ? line : null;
}
