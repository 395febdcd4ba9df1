using System.Text.Json;

namespace FleetExporter.Parsing;

/// <summary>JSON from a gateway, provider or service.</summary>
internal static class RemoteJson
{
    /// <param name="json">Not copied: must not change until the document is disposed.</param>
    /// <param name="max">Maximum number of tokens: values, property names and ends of objects and lists.</param>
    /// <exception cref="JsonException">Not JSON.</exception>
    /// <exception cref="FormatException">Too many values.</exception>
    public static JsonDocument Parse(ReadOnlyMemory<byte> json, int max)
    {
        // Counted before parsing: a document takes 12 bytes per value, in buffers that the runtime keeps per thread.
        var reader = new Utf8JsonReader(json.Span);
        for (var values = 1; reader.Read(); values++)
        {
            RemoteLimits.Check(values, max, "JSON values");
        }

        return JsonDocument.Parse(json);
    }
}
