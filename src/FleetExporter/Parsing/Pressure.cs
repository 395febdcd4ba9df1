namespace FleetExporter.Parsing;

/// <summary>Share of time in which some or all tasks waited for a resource, 0-1, averaged over 10, 60 and 300 seconds.</summary>
/// <param name="Resource"><c>cpu</c>, <c>memory</c> or <c>io</c>.</param>
/// <param name="Kind"><c>some</c> or <c>full</c>.</param>
internal sealed record Pressure(string Resource, string Kind, double Avg10, double Avg60, double Avg300)
{
    /// <summary>
    /// Reads <c>cpu:some avg10=0.00 avg60=0.12 avg300=0.05 total=123</c> (percent) of /proc/pressure; null for other text.
    /// </summary>
    internal static Pressure? TryParse(string text)
    {
        var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return words.Length >= 4
            && words[0].Split(':') is [("cpu" or "memory" or "io") and var resource, ("some" or "full") and var kind]
            && TryRatio(words[1], "avg10=", out var avg10)
            && TryRatio(words[2], "avg60=", out var avg60)
            && TryRatio(words[3], "avg300=", out var avg300)
            ? new Pressure(resource, kind, avg10, avg60, avg300)
            : null;
    }

    private static bool TryRatio(string word, string name, out double ratio)
    {
        ratio = 0;
        if (!word.StartsWith(name, StringComparison.Ordinal) || !SectionText.TryReal(word.AsSpan(name.Length), out var percent) || percent > 100)
        {
            return false;
        }

        ratio = percent / 100;
        return true;
    }
}
