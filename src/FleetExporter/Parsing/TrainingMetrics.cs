using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace FleetExporter.Parsing;

/// <summary>The parser of what a training job prints about itself: JSON objects, one a line.</summary>
internal static class TrainingMetrics
{
    /// <summary>Names taken from one line.</summary>
    public const int Most = 64;

    /// <summary>Characters of a name; one that is longer is left out.</summary>
    public const int LongestName = 64;

    /// <param name="lines">In the order they were printed. Anything may stand in them.</param>
    /// <returns>
    /// The numbers of the last line that is a JSON object with any, by name: finite ones on the first level.
    /// Strings, nested values and what is over the limits are left out.
    /// </returns>
    public static JsonObject Last(IEnumerable<string> lines) =>
        lines.Reverse().Select(Numbers).FirstOrDefault(o => o is { Count: > 0 }) ?? [];

    /// <summary>Whether a name may be a label: 1 to 64 characters, none of them a control character.</summary>
    public static bool IsName(string name) => name.Length is > 0 and <= LongestName && !name.Any(char.IsControl);

    /// <summary>A finite number; null for everything else.</summary>
    public static double? Number(JsonNode? node) =>
        node is JsonValue value && value.GetValueKind() == JsonValueKind.Number
        && double.TryParse(value.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)
            ? number
            : null;

    private static JsonObject? Numbers(string line)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                return null;
            }

            var found = new JsonObject();
            foreach (var property in document.RootElement.EnumerateObject())
            {
                if (property.Value.ValueKind == JsonValueKind.Number && property.Value.TryGetDouble(out var value) && double.IsFinite(value)
                    && IsName(property.Name) && (found.Count < Most || found.ContainsKey(property.Name)))
                {
                    found[property.Name] = value;
                }
            }

            return found;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException)
        {
            // No JSON, or half a surrogate pair in it.
            return null;
        }
    }
}
