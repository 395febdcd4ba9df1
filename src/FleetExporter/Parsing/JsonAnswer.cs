using System.Text;
using System.Text.Json;

namespace FleetExporter.Parsing;

/// <summary>Reads JSON that a target answered.</summary>
internal static class JsonAnswer
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <param name="read">Given the root.</param>
    /// <param name="most">Most JSON values.</param>
    /// <exception cref="TargetFailureException">It is not JSON, or has too many values: <see cref="TargetFailure.Body"/>.</exception>
    public static T Read<T>(string body, Func<JsonElement, T> read, int most = RemoteLimits.JsonValues)
    {
        JsonDocument document;
        try
        {
            document = RemoteJson.Parse(Utf8.GetBytes(body), most);
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
            // Text with half a surrogate pair in an escape.
            throw NotJson(body, e);
        }
    }

    /// <summary>The same, for an answer that may as well be something else.</summary>
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

    public static JsonElement? Member(JsonElement of, string name) =>
        of.ValueKind == JsonValueKind.Object && of.TryGetProperty(name, out var member) && member.ValueKind != JsonValueKind.Null ? member : null;

    /// <summary>Null when it is absent, empty or no string. Printable, at most 200 characters.</summary>
    public static string? Text(JsonElement of, string name) =>
        Member(of, name) is { ValueKind: JsonValueKind.String } member && member.GetString()!.Trim() is { Length: > 0 } text
            ? SmiText.Clip(text)
            : null;

    public static bool? Flag(JsonElement of, string name) => Member(of, name)?.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => null,
    };

    /// <summary>A whole number from 0; null for anything else.</summary>
    public static long? Count(JsonElement of, string name) =>
        Member(of, name) is { ValueKind: JsonValueKind.Number } member && member.TryGetInt64(out var count) && count >= 0 ? count : null;

    private static TargetFailureException NotJson(string body, Exception e) =>
        new(TargetFailure.Body, $"the body is not JSON: {SectionText.Quote(body)}", e);
}
