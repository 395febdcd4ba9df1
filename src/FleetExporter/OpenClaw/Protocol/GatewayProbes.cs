using System.Text.Json;

namespace FleetExporter.OpenClaw.Protocol;

/// <summary>The answers of the gateway's three health endpoints.</summary>
/// <param name="Live">The gateway answers; null if another server answers.</param>
/// <param name="Ready">The gateway can serve.</param>
/// <param name="Failing">Dependencies that keep it from being ready.</param>
internal sealed record GatewayProbes(bool? Live, bool? Ready, IReadOnlyList<string> Failing, string? Version, TimeSpan? Uptime)
{
    public static GatewayProbes NoAnswer { get; } = new(false, false, [], null, null);

    /// <summary>Parses <c>GET /healthz</c>, <c>/readyz</c> and <c>/startupz</c>.</summary>
    /// <remarks>Tested with 2026.9.6. 503 with a body is an answer; 404 is none.</remarks>
    public static GatewayProbes Parse(GatewayHttpAnswer? health, GatewayHttpAnswer? ready, GatewayHttpAnswer? startup) => new(
        health is null ? false : VerdictOf(health, "ok"),
        ready is null ? false : VerdictOf(ready, "ready"),
        [.. (ready?.Body is { } body ? body.Items("failing") : [])
            .Select(f => GatewayName.Clean(f.Text() ?? f.Text("id") ?? f.Text("name"))).OfType<string>().Distinct().Take(64)],
        startup?.Body is { } started ? GatewayName.Clean(started.Text("version")) : null,
        startup?.Body?.Milliseconds("uptimeMs") ?? ready?.Body?.Milliseconds("uptimeMs"));

    private static bool? VerdictOf(GatewayHttpAnswer answer, string member) => answer.Status switch
    {
        200 => answer.Body?.Flag(member),
        503 => false,
        _ => null,
    };
}

/// <param name="Body">Null if it is not JSON.</param>
internal sealed record GatewayHttpAnswer(int Status, JsonElement? Body);
