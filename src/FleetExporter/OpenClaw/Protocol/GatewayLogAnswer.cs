using System.Text.Json;
using FleetExporter.Parsing;

namespace FleetExporter.OpenClaw.Protocol;

/// <summary>How severe a line of a log is.</summary>
internal enum GatewayLogLevel
{
    Debug,
    Info,
    Warn,
    Error,
}

/// <summary>One line of a gateway's log.</summary>
/// <param name="Time">Null where the line has none.</param>
/// <param name="Subsystem">The part of the gateway that wrote it; empty if unknown.</param>
/// <param name="Text">At most <see cref="MaxText"/> characters, without secrets.</param>
internal sealed record GatewayLogLine(DateTimeOffset? Time, GatewayLogLevel Level, string Subsystem, string Text)
{
    public const int MaxText = 500;
}

/// <summary>Lines of a gateway's log, oldest first.</summary>
/// <param name="Cursor">Position in its file after the last line; null if the gateway does not say.</param>
/// <param name="IsCut">Whether lines between the last position and the first of these are missing.</param>
internal sealed record GatewayLogAnswer(IReadOnlyList<GatewayLogLine> Lines, long? Cursor, bool IsCut)
{
    /// <summary>Longer lines are not parsed as JSON.</summary>
    private const int MaxLine = 64 * 1024;

    /// <summary>Parses the answer of <c>logs.tail</c>: lines of JSON with <c>time</c>, <c>message</c> and <c>_meta.logLevelName</c>.</summary>
    /// <returns>Without reports of requests that succeeded: most of them would be the exporter's own.</returns>
    /// <exception cref="FormatException">No list <c>lines</c>.</exception>
    /// <remarks>Tested with 2026.9.6. A line that is not JSON, as of 2026.5.28, is its own text, with the level <c>info</c>.</remarks>
    public static GatewayLogAnswer Parse(JsonElement payload)
    {
        const string method = "logs.tail";
        payload.RequireObject(method);
        return new GatewayLogAnswer(
            [.. payload.RequireList("lines", method).Select(l => l.Text()).OfType<string>().Select(LineOf).OfType<GatewayLogLine>()],
            payload.Amount("cursor") is { } cursor and <= long.MaxValue / 2 ? (long)cursor : null,
            payload.Flag("truncated") == true || payload.Flag("reset") == true);
    }

    private static GatewayLogLine? LineOf(string line)
    {
        if (line.Length is > 1 and <= MaxLine && line[0] == '{')
        {
            try
            {
                using var json = RemoteJson.Parse(System.Text.Encoding.UTF8.GetBytes(line), RemoteLimits.JsonValues);
                return LineOf(json.RootElement);
            }
            catch (Exception e) when (e is JsonException or FormatException)
            {
                // Shown as it is.
            }
        }

        return string.IsNullOrWhiteSpace(line) ? null : new GatewayLogLine(null, GatewayLogLevel.Info, "", TextOf(line));
    }

    private static GatewayLogLine? LineOf(JsonElement line)
    {
        var meta = line.Member("_meta") ?? default;
        var text = TextOf(line.Text("message") ?? line.Text("msg") ?? line.Text("1") ?? line.Text("0") ?? "");
        var level = (meta.Text("logLevelName") ?? line.Text("level"))?.ToUpperInvariant() switch
        {
            "FATAL" or "ERROR" => GatewayLogLevel.Error,
            "WARN" or "WARNING" => GatewayLogLevel.Warn,
            "DEBUG" or "TRACE" or "SILLY" => GatewayLogLevel.Debug,
            _ => GatewayLogLevel.Info,
        };
        return text.Length == 0 || (level <= GatewayLogLevel.Info && text.StartsWith("⇄ res ✓", StringComparison.Ordinal)) ? null
            : new GatewayLogLine(line.Moment("time") ?? meta.Moment("date"), level, SubsystemOf(line.Text("0") ?? meta.Text("name")), text);
    }

    /// <summary>The name of the logger is JSON itself: <c>{"subsystem":"gateway/ws"}</c>.</summary>
    private static string SubsystemOf(string? name)
    {
        const string begin = "{\"subsystem\":\"";
        return name?.StartsWith(begin, StringComparison.Ordinal) == true
            ? GatewayName.Clean(name[begin.Length..].Split('"')[0]) ?? ""
            : "";
    }

    // Masked before it is cut, so that no half of a secret remains; capped first, because masking takes time.
    private static string TextOf(string text) =>
        Printable.Line(LogText.Mask(Printable.Text(Printable.Cut(text, 4 * GatewayLogLine.MaxText))), GatewayLogLine.MaxText);
}
