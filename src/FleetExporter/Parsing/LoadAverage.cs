namespace FleetExporter.Parsing;

/// <summary>Runnable and uninterruptible tasks, averaged over 1, 5 and 15 minutes.</summary>
internal sealed record LoadAverage(double One, double Five, double Fifteen)
{
    /// <summary>Reads <c>2.33 2.90 3.81 1/220 12345</c> of /proc/loadavg; null when the first three are not numbers.</summary>
    internal static LoadAverage? TryParse(ReadOnlySpan<char> text)
    {
        Span<Range> words = stackalloc Range[4];
        return text.Split(words, ' ', StringSplitOptions.RemoveEmptyEntries) >= 3
            && SectionText.TryReal(text[words[0]], out var one)
            && SectionText.TryReal(text[words[1]], out var five)
            && SectionText.TryReal(text[words[2]], out var fifteen)
            ? new LoadAverage(one, five, fifteen)
            : null;
    }
}
