using System.Buffers;
using System.Globalization;
using System.Text;

namespace FleetExporter.Text;

/// <summary>Text from a host, a target or a caller, made safe for a log, a terminal, a page and the store.</summary>
internal static class Printable
{
    /// <summary>What most texts are made of, in which nothing has to be looked for.</summary>
    private static readonly SearchValues<char> Plain = SearchValues.Create([.. Enumerable.Range(' ', '~' - ' ' + 1).Select(c => (char)c)]);

    /// <summary>
    /// Blanks in place of control characters (line feeds, the ESC of escape sequences), of those that have no width or turn the direction of a text,
    /// of separators of lines and paragraphs, and of halves of surrogate pairs.
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

    /// <summary>The same, cut at <paramref name="length"/> and without blanks at its ends.</summary>
    public static string Line(string text, int length) => Text(Cut(text, length)).Trim();

    /// <summary>
    /// At most <paramref name="length"/> UTF-16 units, cut between what a reader takes for characters; one that is longer by itself is cut between
    /// code points. Never half a surrogate pair.
    /// </summary>
    public static string Cut(string text, int length) => text.Length <= length ? text : Cut(text.AsSpan(), length).ToString();

    /// <inheritdoc cref="Cut(string, int)"/>
    public static ReadOnlySpan<char> Cut(ReadOnlySpan<char> text, int length)
    {
        if (text.Length <= length)
        {
            return text;
        }

        // Between two characters of ASCII is always a boundary, so that only what follows the last of these has to be looked at.
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
