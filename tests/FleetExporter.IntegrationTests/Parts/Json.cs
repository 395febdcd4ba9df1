using System.Text.Json.Nodes;

namespace FleetExporter.IntegrationTests.Parts;

/// <summary>Short ways into answers of the API.</summary>
internal static class Json
{
    /// <summary>Empty where it is null.</summary>
    public static string Text(this JsonNode node, string key) => node[key]?.GetValue<string>() ?? "";

    public static double? Number(this JsonNode node, string key) => node[key]?.GetValue<double>();

    public static IReadOnlyList<JsonNode> List(this JsonNode node, string key) => [.. node[key]!.AsArray().Select(n => n!)];
}
