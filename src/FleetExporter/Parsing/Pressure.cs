namespace FleetExporter.Parsing;

/// <summary>Share of time in which some or all tasks waited for a resource, 0-1, averaged over 10, 60 and 300 seconds.</summary>
/// <param name="Resource"><c>cpu</c>, <c>memory</c> or <c>io</c>.</param>
/// <param name="Kind"><c>some</c> or <c>full</c>.</param>
internal sealed record Pressure(string Resource, string Kind, double Avg10, double Avg60, double Avg300)
{
    /// <summary>
    /// Reads <c>cpu:some avg10=0.00 avg60=0.12 avg300=0.05 total=123</c> (percent) of /proc/pressure; null for other text.
    /// </summary>
    internal static Pressure? TryParse(ReadOnlySpan<char> text)
    {
        Span<Range> words = stackalloc Range[5];
        return text.Split(words, ' ', StringSplitOptions.RemoveEmptyEntries) >= 4
            && KindOf(text[words[0]]) is var (resource, kind)
            && TryRatio(text[words[1]], "avg10=", out var avg10)
            && TryRatio(text[words[2]], "avg60=", out var avg60)
            && TryRatio(text[words[3]], "avg300=", out var avg300)
            ? new Pressure(resource, kind, avg10, avg60, avg300)
            : null;
    }

    private static (string Resource, string Kind)? KindOf(ReadOnlySpan<char> text) => text switch
    {
        "cpu:some" => ("cpu", "some"),
        "cpu:full" => ("cpu", "full"),
        "memory:some" => ("memory", "some"),
        "memory:full" => ("memory", "full"),
        "io:some" => ("io", "some"),
        "io:full" => ("io", "full"),
        _ => null,
    };

    private static bool TryRatio(ReadOnlySpan<char> word, string name, out double ratio)
    {
        ratio = 0;
        if (!word.StartsWith(name, StringComparison.Ordinal) || !SectionText.TryReal(word[name.Length..], out var percent) || percent > 100)
        {
            return false;
        }

        ratio = percent / 100;
        return true;
    }
}
