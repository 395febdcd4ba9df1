using System.Text;
using System.Text.Json;

namespace FleetExporter.Parsing;

/// <summary>Parses JSON from targets.</summary>
internal static class JsonAnswer
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <param name="read">Converts the root element.</param>
    /// <param name="max">Maximum number of JSON values.</param>
    /// <exception cref="TargetFailureException">Not JSON, or too many values: <see cref="TargetFailure.Body"/>.</exception>
    public static T Read<T>(string body, Func<JsonElement, T> read, int max = RemoteLimits.JsonValues)
    {
        JsonDocument document;
        try
        {
            document = RemoteJson.Parse(Utf8.GetBytes(body), max);
        }
        catch (FormatException e)
        {
            throw new TargetFailureException(TargetFailure.Body, $"the body has {e.Message}", e);
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            throw NotJson(body, e);
        }

        try
        {
            using (document)
            {
                return read(document.RootElement);
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException)
        {
            // An unpaired surrogate in an escape.
            throw NotJson(body, e);
        }
    }

    /// <summary>Null where the body is not such JSON.</summary>
    public static T? TryRead<T>(string body, Func<JsonElement, T> read)
        where T : class?
    {
        try
        {
            return Read(body, read);
        }
        catch (TargetFailureException)
        {
            return null;
        }
    }

    public static JsonElement? Member(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var member) && member.ValueKind != JsonValueKind.Null
            ? member
            : null;

    /// <summary>Null when absent, empty or not a string. Printable, at most 200 characters.</summary>
    public static string? Text(JsonElement element, string name) =>
        Member(element, name) is { ValueKind: JsonValueKind.String } member && member.GetString()!.Trim() is { Length: > 0 } text
            ? SmiText.Clip(text)
            : null;

    public static bool? Flag(JsonElement element, string name) => Member(element, name)?.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => null,
    };

    /// <summary>A non-negative integer; null for anything else.</summary>
    public static long? Count(JsonElement element, string name) =>
        Member(element, name) is { ValueKind: JsonValueKind.Number } member && member.TryGetInt64(out var count) && count >= 0 ? count : null;

    private static TargetFailureException NotJson(string body, Exception e) =>
        new(TargetFailure.Body, $"the body is not JSON: {SectionText.Quote(body)}", e);
}
