namespace FleetExporter.Config;

/// <summary>Suggests the known word closest to a misspelled one.</summary>
internal static class Suggestion
{
    private const int MaxLength = 64;

    /// <returns>The known word that starts with <paramref name="word"/>, else the nearest by edit distance, else null.</returns>
    public static string? For(string word, IReadOnlyList<string> known)
    {
        if (word.Length is 0 or > MaxLength)
        {
            return null;
        }

        if (word.Length >= 4 && known.FirstOrDefault(candidate => candidate.StartsWith(word, StringComparison.Ordinal)) is { } longer)
        {
            return longer;
        }

        var nearest = known.Select(candidate => (candidate, Distance: Distance(word, candidate))).OrderBy(pair => pair.Distance).FirstOrDefault();
        return nearest.candidate is not null && nearest.Distance <= Math.Max(2, word.Length / 3) && nearest.Distance < nearest.candidate.Length
            ? nearest.candidate
            : null;
    }

    // Levenshtein's, one row at a time.
    private static int Distance(string from, string to)
    {
        var row = Enumerable.Range(0, to.Length + 1).ToArray();
        for (var i = 1; i <= from.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= to.Length; j++)
            {
                var substituted = diagonal + (from[i - 1] == to[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(substituted, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[to.Length];
    }
}
