using System.Text.Json;

namespace FleetExporter.OpenClaw.Simulation;

/// <summary>The log of the simulated gateway: one line every ten seconds since 1970, of which only the last ones can be read.</summary>
internal static class SimulatedLog
{
    private const int Interval = 10;
    private const int MaxLines = 300;

    private static readonly (string Level, string Subsystem, string Text)[] Lines =
    [
        ("INFO", "gateway", "cron: job finished inbox-sweep in {0} ms"),
        ("INFO", "agents/main", "run started, model qwen-coder, {0} tokens of context"),
        ("INFO", "channels/discord", "message of {0} characters sent"),
        ("WARN", "gateway/ws", "slow answer: sessions.usage took {0} ms"),
        ("INFO", "agents/research", "tool web_search finished in {0} ms"),
        ("ERROR", "gateway", "cron: backup-notes failed after {0} ms: the disk at /mnt/notes is not mounted"),
        ("DEBUG", "channels/discord", "heartbeat acknowledged after {0} ms"),
    ];

    public static object Answer(JsonElement parameters, DateTimeOffset now)
    {
        var end = now.ToUnixTimeSeconds() / Interval;
        var asked = parameters.ValueKind == JsonValueKind.Object && parameters.TryGetProperty("cursor", out var cursor) ? cursor.GetInt64() : 0;
        var begin = Math.Max(asked, end - MaxLines);
        return new
        {
            file = "/home/openclaw/.openclaw/logs/gateway.log",
            cursor = end,
            size = end,
            lines = Enumerable.Range(0, (int)Math.Max(0, end - begin)).Select(i => Line(begin + i)),
            truncated = asked > 0 && begin > asked,
            reset = false,
        };
    }

    private static string Line(long number)
    {
        var (level, subsystem, text) = Lines[number % Lines.Length];
        var time = DateTimeOffset.FromUnixTimeSeconds(number * Interval);
        return JsonSerializer.Serialize(new Dictionary<string, object>
        {
            ["0"] = $$"""{"subsystem":"{{subsystem}}"}""",
            ["_meta"] = new { logLevelName = level },
            ["time"] = time,
            ["message"] = text.Replace("{0}", FormattableString.Invariant($"{number * 7919 % 900}"), StringComparison.Ordinal),
        });
    }
}
