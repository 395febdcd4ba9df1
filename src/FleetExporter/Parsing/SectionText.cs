using System.Globalization;

namespace FleetExporter.Parsing;

/// <summary>Lines and numbers of a section's body. Invariant culture, ASCII digits only, never NaN, infinite or overflowed.</summary>
internal static class SectionText
{
    private const long LastUnixSecond = 253_402_300_799;

    /// <summary>
    /// Lines without their newline, empty ones included, cut to <see cref="RemoteLimits.LineLength"/>. Carriage returns are kept: they can
    /// occur in tmux names.
    /// </summary>
    /// <param name="from">Where the first of these lines starts.</param>
    /// <exception cref="FormatException">More than <see cref="RemoteLimits.Lines"/>.</exception>
    public static IEnumerable<string> Lines(string body, int from = 0)
    {
        RemoteLimits.Check(body.AsSpan(from).Count('\n'), RemoteLimits.Lines, "lines");
        return Each();

        // Lazy, so that a parser that reaches a limit does not allocate the rest.
        IEnumerable<string> Each()
        {
            int end;
            var start = from;
            for (; (end = body.IndexOf('\n', start)) >= 0; start = end + 1)
            {
                yield return Line(start, end);
            }

            yield return Line(start, body.Length);
        }

        string Line(int start, int end) => Printable.Cut(body.AsSpan(start, end - start), RemoteLimits.LineLength).ToString();
    }

    /// <summary>The first non-blank line, truncated for a message; "nothing" for an empty body.</summary>
    public static string Quote(string body)
    {
        foreach (var line in body.AsSpan().EnumerateLines())
        {
            if (!line.IsWhiteSpace())
            {
                return $"'{Printable.Line(line.Trim().ToString(), 200)}'";
            }
        }

        return "nothing";
    }

    /// <summary>Digits only, up to <see cref="long.MaxValue"/>: no sign, blank or separator.</summary>
    public static bool TryCount(ReadOnlySpan<char> text, out long value) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);

    /// <summary>Digits with an optional point. The check is needed because double.TryParse accepts "NaN" and "Infinity" with any style.</summary>
    public static bool TryReal(ReadOnlySpan<char> text, out double value) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out value) && double.IsFinite(value);

    /// <summary>Null on overflow.</summary>
    public static long? Multiply(long count, long unit)
    {
        var product = (Int128)count * unit;
        return product >= 0 && product <= long.MaxValue ? (long)product : null;
    }

    /// <summary>Null for text that is not a Unix time in seconds.</summary>
    public static DateTimeOffset? UnixTime(ReadOnlySpan<char> text) =>
        TryCount(text, out var seconds) && seconds <= LastUnixSecond ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null;
}
