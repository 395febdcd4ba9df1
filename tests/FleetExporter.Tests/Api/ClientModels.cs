using System.Globalization;
using System.Text.Json;

namespace FleetExporter.Tests.Api;

/// <summary>
/// Validates responses against Fixtures/clients/fleet-models.schema.json, the typed models of a client. Supports only the JSON Schema keywords
/// of that file; any other is an error.
/// </summary>
internal static class ClientModels
{
    private static readonly string Schema = Path.Combine(AppContext.BaseDirectory, "Fixtures", "clients", "fleet-models.schema.json");
    private static readonly JsonElement Models = JsonElement.Parse(File.ReadAllBytes(Schema)).GetProperty("$defs");

    /// <summary>All mismatches between the value and the model; none where it matches.</summary>
    public static IReadOnlyList<string> Misfits(string model, JsonElement value) => [.. Misfits(Models.GetProperty(model), value, model)];

    private static IEnumerable<string> Misfits(JsonElement schema, JsonElement value, string place) =>
        schema.EnumerateObject().SelectMany(keyword => keyword.Name switch
        {
            "$ref" => Misfits(Models.GetProperty(keyword.Value.GetString()!["#/$defs/".Length..]), value, place),
            "type" => Unless(Names(keyword.Value).Any(type => IsOf(type, value)), $"{place}: {value.GetRawText()} is not {keyword.Value}"),
            "enum" => Unless(Names(keyword.Value).Contains(value.ToString()), $"{place}: {value.GetRawText()} is none of {keyword.Value}"),
            "format" => Unless(Text(value) is not { } text || IsTime(text), $"{place}: {value.GetRawText()} is no {keyword.Value}"),
            "minimum" => Unless(!(Number(value) < keyword.Value.GetDouble()), $"{place}: {value.GetRawText()} is too small"),
            "minItems" => Unless(!(Length(value) < keyword.Value.GetInt32()), $"{place}: too few items"),
            "maxItems" => Unless(!(Length(value) > keyword.Value.GetInt32()), $"{place}: too many items"),
            "items" => value.ValueKind == JsonValueKind.Array
                ? value.EnumerateArray().SelectMany((item, i) => Misfits(keyword.Value, item, $"{place}[{i}]"))
                : [],
            "required" => Names(keyword.Value).Where(name => Member(value, name) is null).Select(name => $"{place}.{name} is missing"),
            "properties" => keyword.Value.EnumerateObject()
                .SelectMany(p => Member(value, p.Name) is { } member ? Misfits(p.Value, member, $"{place}.{p.Name}") : []),
            _ => throw new NotSupportedException($"{keyword.Name} is not checked yet"),
        });

    private static JsonElement? Member(JsonElement of, string name) =>
        of.ValueKind == JsonValueKind.Object && of.TryGetProperty(name, out var member) ? member : null;

    /// <summary>As in JSON Schema: a number without a fraction is an integer. A client's parser is stricter, so 1.0 is not one here.</summary>
    private static bool IsOf(string type, JsonElement value) => (type, value.ValueKind) switch
    {
        ("null", JsonValueKind.Null) or ("string", JsonValueKind.String) or ("boolean", JsonValueKind.True or JsonValueKind.False) => true,
        ("object", JsonValueKind.Object) or ("array", JsonValueKind.Array) or ("number", JsonValueKind.Number) => true,
        ("integer", JsonValueKind.Number) => value.TryGetInt64(out _),
        _ => false,
    };

    private static bool IsTime(string text) => text.Contains('T', StringComparison.Ordinal)
        && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out var time) && time.Offset == TimeSpan.Zero;

    private static string? Text(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static double? Number(JsonElement value) => value.ValueKind == JsonValueKind.Number ? value.GetDouble() : null;

    private static int? Length(JsonElement value) => value.ValueKind == JsonValueKind.Array ? value.GetArrayLength() : null;

    private static IEnumerable<string> Names(JsonElement value) =>
        value.ValueKind == JsonValueKind.Array ? value.EnumerateArray().Select(n => n.GetString()!) : [value.GetString()!];

    private static IEnumerable<string> Unless(bool fits, string misfit) => fits ? [] : [misfit];
}
