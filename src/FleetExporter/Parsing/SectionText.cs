using System.Globalization;

namespace FleetExporter.Parsing;

/// <summary>Lines and plain numbers of a section's body. Invariant, ASCII digits only, never NaN, infinite or wrapped.</summary>
internal static class SectionText
{
    private const long LastUnixSecond = 253_402_300_799;

    /// <summary>Lines without their newline, empty ones included. A carriage return is content: it may stand in a tmux name.</summary>
    public static string[] Lines(string body) => body.Split('\n');

    /// <summary>The first line that says something, cut to a length fit for a message; "nothing" when there is none.</summary>
    public static string Quote(string body)
    {
        var line = Lines(body).FirstOrDefault(static l => !string.IsNullOrWhiteSpace(l));
        return line is null ? "nothing" : $"'{Cut(line.Trim(), 200)}'";
    }

    /// <summary>At most <paramref name="length"/> UTF-16 units, never half a surrogate pair.</summary>
    public static string Cut(string text, int length) =>
        text.Length <= length ? text : text[..(char.IsHighSurrogate(text[length - 1]) ? length - 1 : length)];

    /// <summary>Digits only, up to <see cref="long.MaxValue"/>: no sign, blank or separator.</summary>
    public static bool TryCount(ReadOnlySpan<char> text, out long value) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);

    /// <summary>Digits with an optional point. The check is needed: double.TryParse takes "NaN" and "Infinity" whatever the style.</summary>
    public static bool TryReal(ReadOnlySpan<char> text, out double value) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out value) && double.IsFinite(value);

    /// <summary>Null where the product does not fit.</summary>
    public static long? Multiply(long count, long unit)
    {
        var product = (Int128)count * unit;
        return product >= 0 && product <= long.MaxValue ? (long)product : null;
    }

    /// <summary>Null for text that is not a Unix time in seconds.</summary>
    public static DateTimeOffset? UnixTime(ReadOnlySpan<char> text) =>
        TryCount(text, out var seconds) && seconds <= LastUnixSecond ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null;
}
