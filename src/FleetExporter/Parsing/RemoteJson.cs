using System.Text.Json;

namespace FleetExporter.Parsing;

/// <summary>JSON that a gateway, a provider or a service sent.</summary>
internal static class RemoteJson
{
    /// <param name="json">Read where it lies: it has to stay as it is until the document is disposed.</param>
    /// <param name="most">Most values, names of properties and ends of objects and lists included.</param>
    /// <exception cref="JsonException">It is not JSON.</exception>
    /// <exception cref="FormatException">It has more values.</exception>
    public static JsonDocument Parse(ReadOnlyMemory<byte> json, int most)
    {
        // Counted first, which costs no memory: a document takes 12 bytes a value, in buffers that the runtime keeps for every thread that had one.
        var reader = new Utf8JsonReader(json.Span);
        for (var values = 1; reader.Read(); values++)
        {
            RemoteLimits.Check(values, most, "JSON values");
        }

        return JsonDocument.Parse(json);
    }
}
