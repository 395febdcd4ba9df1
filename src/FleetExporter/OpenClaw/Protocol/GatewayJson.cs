using System.Globalization;
using System.Text.Json;
using FleetExporter.Parsing;

namespace FleetExporter.OpenClaw.Protocol;

/// <summary>
/// Reads members of a gateway's answer. A member that is missing, null or of another type is null; only the Require methods throw.
/// </summary>
internal static class GatewayJson
{
    // Accepted times: 2000-01-01 to 2200-01-01, in milliseconds.
    private const double EarliestMs = 946_684_800_000;
    private const double LatestMs = 7_258_118_400_000;

    public static JsonElement? Member(this JsonElement of, string name) =>
        of.ValueKind == JsonValueKind.Object && of.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    /// <summary>The first of these members that exists.</summary>
    public static JsonElement? Member(this JsonElement? of, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (of?.Member(name) is { } found)
            {
                return found;
            }
        }

        return null;
    }

    public static string? Text(this JsonElement of, string name) => of.Member(name)?.Text();

    // GetString throws on a lone surrogate, which is valid JSON.
    public static string? Text(this JsonElement value)
    {
        try
        {
            return value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    public static bool? Flag(this JsonElement of, string name) => of.Member(name)?.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => null,
    };

    /// <summary>A number from 0 to 10^18; the counts and measurements of a gateway are within this range.</summary>
    public static double? Amount(this JsonElement of, string name) => of.Member(name)?.Amount();

    public static double? Amount(this JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && number is >= 0 and <= 1e18 ? number : null;

    /// <summary>A duration in milliseconds, at most a century.</summary>
    public static TimeSpan? Milliseconds(this JsonElement of, string name) =>
        of.Amount(name) is { } ms and < 3_155_760_000_000 ? TimeSpan.FromMilliseconds(ms) : null;

    /// <summary>A time: milliseconds since the epoch, or ISO 8601.</summary>
    public static DateTimeOffset? Moment(this JsonElement of, string name) => of.Member(name) switch
    {
        { ValueKind: JsonValueKind.Number } number when number.Amount() is { } ms and >= EarliestMs and <= LatestMs =>
            DateTimeOffset.FromUnixTimeMilliseconds((long)ms),
        { ValueKind: JsonValueKind.String } text when DateTimeOffset.TryParse(
            text.Text(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at) => at,
        _ => null,
    };

    /// <summary>The members of an object, without those whose names are no valid text; empty for other types.</summary>
    public static IEnumerable<JsonProperty> Pairs(this JsonElement? of) =>
        of is { ValueKind: JsonValueKind.Object } value ? value.EnumerateObject().Where(HasName) : [];

    /// <summary>The items of a list; empty for other types.</summary>
    public static IEnumerable<JsonElement> Items(this JsonElement of, string name) =>
        of.Member(name) is { ValueKind: JsonValueKind.Array } list ? Limited(list) : [];

    /// <exception cref="FormatException">There is no such list.</exception>
    public static IReadOnlyList<JsonElement> RequireList(this JsonElement of, string name, string method) =>
        of.Member(name) is { ValueKind: JsonValueKind.Array } list ? [.. Limited(list)] : throw new FormatException($"{method}: no list '{name}'");

    // Name throws on a lone surrogate, as GetString does.
    private static bool HasName(JsonProperty member)
    {
        try
        {
            return member.Name is not null;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    private static JsonElement.ArrayEnumerator Limited(JsonElement list)
    {
        RemoteLimits.Check(list.GetArrayLength(), RemoteLimits.GatewayRows, "rows");
        return list.EnumerateArray();
    }

    /// <summary>Reads each row and omits invalid ones.</summary>
    /// <exception cref="FormatException">There are rows, but none is valid.</exception>
    public static IReadOnlyList<T> Rows<T>(IReadOnlyList<JsonElement> rows, Func<JsonElement, T?> read, string method)
        where T : class
    {
        IReadOnlyList<T> found = [.. rows.Select(read).OfType<T>()];
        return found.Count > 0 || rows.Count == 0 ? found : throw new FormatException($"{method}: none of {rows.Count} rows is valid");
    }

    /// <exception cref="FormatException">Not an object.</exception>
    public static void RequireObject(this JsonElement payload, string method)
    {
        if (payload.ValueKind != JsonValueKind.Object)
        {
            throw new FormatException($"{method}: not an object");
        }
    }
}
