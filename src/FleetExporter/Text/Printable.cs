using System.Buffers;
using System.Globalization;
using System.Text;

namespace FleetExporter.Text;

/// <summary>Makes text from hosts, targets and callers safe for logs, terminals, HTML and the store.</summary>
internal static class Printable
{
    /// <summary>Printable ASCII; text of these characters needs no replacement.</summary>
    private static readonly SearchValues<char> Plain = SearchValues.Create([.. Enumerable.Range(' ', '~' - ' ' + 1).Select(c => (char)c)]);

    /// <summary>
    /// Replaces by blanks: control characters (line feeds, ESC), zero-width and bidirectional format characters, line and paragraph separators,
    /// and unpaired surrogates.
    /// </summary>
    public static string Text(string text)
    {
        if (!text.AsSpan().ContainsAnyExcept(Plain))
        {
            return text;
        }

        var printable = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length;)
        {
            var whole = Rune.TryGetRuneAt(text, i, out var rune);
            var shown = whole && Rune.GetUnicodeCategory(rune)
                is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
            var length = whole ? rune.Utf16SequenceLength : 1;
            printable.Append(shown ? text.AsSpan(i, length) : " ");
            i += length;
        }

        return printable.ToString();
    }

    /// <summary>Truncates to <paramref name="length"/>, makes printable and trims.</summary>
    public static string Line(string text, int length) => Text(Cut(text, length)).Trim();

    /// <summary>
    /// Truncates to at most <paramref name="length"/> UTF-16 units, at a grapheme boundary, or within a longer grapheme at a code point. Never splits
    /// a surrogate pair.
    /// </summary>
    public static string Cut(string text, int length) => text.Length <= length ? text : Cut(text.AsSpan(), length).ToString();

    /// <inheritdoc cref="Cut(string, int)"/>
    public static ReadOnlySpan<char> Cut(ReadOnlySpan<char> text, int length)
    {
        if (text.Length <= length)
        {
            return text;
        }

        // Between two ASCII characters is always a boundary, so only the text after the last such pair is examined.
        var end = length;
        while (end > 0 && !(char.IsAscii(text[end - 1]) && char.IsAscii(text[end]) && text[end] != '\n'))
        {
            end--;
        }

        var window = text[..Math.Min(text.Length, length + 2)];
        while (end < length && StringInfo.GetNextTextElementLength(window[end..]) is var next && next <= length - end)
        {
            end += next;
        }

        return end > 0 || length == 0 ? text[..end] : text[..(char.IsHighSurrogate(text[length - 1]) ? length - 1 : length)];
    }
}
