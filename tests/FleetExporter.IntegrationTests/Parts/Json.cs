using System.Text.Json.Nodes;

namespace FleetExporter.IntegrationTests.Parts;

/// <summary>Reads members of JSON answers.</summary>
internal static class Json
{
    /// <summary>Empty if null.</summary>
    public static string Text(this JsonNode node, string key) => node[key]?.GetValue<string>() ?? "";

    public static double? Number(this JsonNode node, string key) => node[key]?.GetValue<double>();

    public static IReadOnlyList<JsonNode> List(this JsonNode node, string key) => [.. node[key]!.AsArray().Select(n => n!)];
}
