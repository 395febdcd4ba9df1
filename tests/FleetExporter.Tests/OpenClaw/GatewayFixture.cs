using System.Text.Json;

namespace FleetExporter.Tests.OpenClaw;

/// <summary>Recorded answers of real gateways: Fixtures/openclaw/INDEX.md.</summary>
internal static class GatewayFixture
{
    private static readonly string Root = Path.Combine(AppContext.BaseDirectory, "Fixtures", "openclaw");

    /// <summary>Every file, by its path below the folder and without <c>.json</c>.</summary>
    public static IReadOnlyList<string> All { get; } =
        [.. Directory.EnumerateFiles(Root, "*.json", SearchOption.AllDirectories)
            .Select(f => Path.GetRelativePath(Root, f)[..^".json".Length]).Order(StringComparer.Ordinal)];

    public static JsonElement Read(string name) => JsonElement.Parse(File.ReadAllBytes(Path.Combine(Root, name + ".json")));

    public static JsonElement Payload(string name) => Read(name).GetProperty("response").GetProperty("payload");

    /// <summary>The method that the file records; null for one that holds frames or an error.</summary>
    public static string? MethodOf(string name) =>
        Read(name) is { ValueKind: JsonValueKind.Object } file && file.TryGetProperty("request", out var request)
            && file.GetProperty("response").GetProperty("ok").GetBoolean()
            ? request.GetProperty("method").GetString() : null;
}
