namespace FleetExporter.Remote;

/// <summary>Text from a host, made safe for one line of a log or a page.</summary>
public static class Printable
{
    /// <summary>Control characters (line feeds, escape sequences' ESC, bidirectional overrides) become blanks; the rest is cut at <paramref name="length"/>.</summary>
    public static string Line(string text, int length)
    {
        var cut = text.Length > length ? text.AsSpan(0, length) : text;
        return string.Create(cut.Length, cut, static (target, source) =>
        {
            for (var i = 0; i < source.Length; i++)
            {
                var c = source[i];
                target[i] = char.IsControl(c) || c is >= '\u202a' and <= '\u202e' or >= '\u2066' and <= '\u2069' ? ' ' : c;
            }
        }).Trim();
    }
}
