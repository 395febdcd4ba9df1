namespace FleetExporter.Tests.Fuzz;

/// <summary>Damages a text by lines, cells and characters.</summary>
internal sealed class SectionMutator(Random random)
{
    private static readonly char[] Separators = [',', ':', ' ', '=', '\n', '<', '>', '.'];

    public string Mutate(string text)
    {
        for (var wounds = random.Next(1, 5); wounds > 0; wounds--)
        {
            text = random.Next(9) switch
            {
                0 => text[..random.Next(text.Length + 1)],
                1 => text[random.Next(text.Length + 1)..],
                2 => Lines(text, static (lines, i, _) => lines.RemoveAt(i)),
                3 => Lines(text, static (lines, i, _) => lines.Insert(i, lines[i])),
                4 => Lines(text, static (lines, i, other) => (lines[i], lines[other]) = (lines[other], lines[i])),
                5 => text.Insert(random.Next(text.Length + 1), Word()),
                6 => text.Replace("\n", "\r\n", StringComparison.Ordinal),
                _ => ReplaceCell(text),
            };
        }

        return text;
    }

    private string Word() => random.Next(2) == 0
        ? HostileText.Numbers[random.Next(HostileText.Numbers.Length)]
        : HostileText.Names[random.Next(HostileText.Names.Length)];

    private string Lines(string text, Action<List<string>, int, int> change)
    {
        List<string> lines = [.. text.Split('\n')];
        change(lines, random.Next(lines.Count), random.Next(lines.Count));
        return string.Join('\n', lines);
    }

    /// <summary>A cell extends from one separator to the next, for any separator.</summary>
    private string ReplaceCell(string text)
    {
        var at = random.Next(text.Length + 1);
        var from = at == 0 ? 0 : text.LastIndexOfAny(Separators, at - 1) + 1;
        var until = text.IndexOfAny(Separators, at);
        return text[..from] + Word() + (until < 0 ? "" : text[until..]);
    }
}
