using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace FleetExporter.Parsing;

/// <summary>Parses metrics that a training job prints as JSON objects, one per line.</summary>
internal static class TrainingMetrics
{
    /// <summary>Maximum number of names per line.</summary>
    public const int MaxNames = 64;

    /// <summary>Maximum length of a name; longer ones are dropped.</summary>
    public const int MaxNameLength = 64;

    /// <param name="lines">Lines of output, in order.</param>
    /// <returns>
    /// Finite top-level numbers, by name, of the last line that is a JSON object with any.
    /// Strings, nested values and names beyond the limits are dropped.
    /// </returns>
    public static JsonObject Last(IEnumerable<string> lines) =>
        lines.Reverse().Select(Numbers).FirstOrDefault(o => o is { Count: > 0 }) ?? [];

    /// <summary>Whether a name may be a label: 1 to 64 characters, none of them a control character.</summary>
    public static bool IsName(string name) => name.Length is > 0 and <= MaxNameLength && !name.Any(char.IsControl);

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
                    && IsName(property.Name) && (found.Count < MaxNames || found.ContainsKey(property.Name)))
                {
                    found[property.Name] = value;
                }
            }

            return found;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException)
        {
            // Not JSON, or an unpaired surrogate.
            return null;
        }
    }
}
