using System.Text;

namespace FleetExporter.Onboarding.Import;

/// <summary>A line of an ssh_config file, split as OpenSSH does.</summary>
/// <param name="Number">From 1.</param>
/// <param name="Keyword">As written; keywords ignore case.</param>
/// <param name="Arguments">Null if a quote is not closed.</param>
internal sealed record SshConfigLine(int Number, string Keyword, IReadOnlyList<string>? Arguments)
{
    private static readonly char[] Blanks = [' ', '\t'];

    public bool Is(string keyword) => Keyword.Equals(keyword, StringComparison.OrdinalIgnoreCase);

    /// <returns>The lines with a keyword: neither empty nor a comment.</returns>
    public static IEnumerable<SshConfigLine> All(string text)
    {
        var number = 0;
        foreach (var line in text.TrimStart('\ufeff').Split('\n'))
        {
            number++;
            var trimmed = line.TrimEnd(' ', '\t', '\r', '\f').TrimStart(Blanks);
            if (trimmed.Length > 0 && trimmed[0] != '#')
            {
                yield return Split(number, trimmed);
            }
        }
    }

    private static SshConfigLine Split(int number, string line)
    {
        string keyword, rest;
        if (line[0] == '"' && line.IndexOf('"', 1) is > 0 and var close)
        {
            (keyword, rest) = (line[1..close], line[(close + 1)..]);
        }
        else
        {
            var end = line.IndexOfAny([' ', '\t', '=']);
            (keyword, rest) = end < 0 ? (line, "") : (line[..end], line[end..]);
        }

        rest = rest.TrimStart(Blanks);
        rest = (rest.StartsWith('=') ? rest[1..] : rest).TrimStart(Blanks);
        return new SshConfigLine(number, keyword, ArgumentsOf(rest));
    }

    /// <summary>
    /// Words in single, double or no quotes; a backslash escapes quotes, itself, and outside quotes a blank; <c>#</c> begins a comment.
    /// </summary>
    private static List<string>? ArgumentsOf(string text)
    {
        List<string> words = [];
        for (var i = 0; i < text.Length;)
        {
            if (Blanks.Contains(text[i]))
            {
                i++;
                continue;
            }

            if (text[i] == '#')
            {
                break;
            }

            var word = new StringBuilder();
            var quote = '\0';
            for (; i < text.Length && (quote != '\0' || !Blanks.Contains(text[i])); i++)
            {
                var next = i + 1 < text.Length ? text[i + 1] : '\0';
                if (text[i] == '\\' && (next is '\'' or '"' or '\\' || (quote == '\0' && next == ' ')))
                {
                    word.Append(next);
                    i++;
                }
                else if (quote == '\0' && text[i] is '"' or '\'')
                {
                    quote = text[i];
                }
                else if (quote != '\0' && text[i] == quote)
                {
                    quote = '\0';
                }
                else
                {
                    word.Append(text[i]);
                }
            }

            if (quote != '\0')
            {
                return null;
            }

            words.Add(word.ToString());
        }

        return words;
    }
}
