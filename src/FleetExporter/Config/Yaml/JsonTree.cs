using System.Text.Json;

namespace FleetExporter.Config.Yaml;

/// <summary>Converts JSON to the nodes that the same value has in YAML, so that it is bound by the same keys.</summary>
internal static class JsonTree
{
    private static readonly Position Nowhere = new(1, 1);

    public static YamlNode Of(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => new YamlMap(Nowhere, [.. value.EnumerateObject().Select(m => new YamlEntry(Text(m.Name), Of(m.Value)))]),
        JsonValueKind.Array => new YamlList(Nowhere, [.. value.EnumerateArray().Select(Of)]),
        JsonValueKind.String => Text(value.GetString()!),
        JsonValueKind.Null => new YamlScalar(Nowhere, "", isPlain: true),
        _ => new YamlScalar(Nowhere, value.GetRawText(), isPlain: true),
    };

    private static YamlScalar Text(string text) => new(Nowhere, text, isPlain: false);
}
