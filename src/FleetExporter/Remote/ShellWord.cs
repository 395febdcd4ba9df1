using System.Text;
using System.Text.RegularExpressions;

namespace FleetExporter.Remote;

/// <summary>Quotes words of command lines that people copy into their own shell.</summary>
internal static partial class ShellWord
{
    /// <summary>The text as one word for bash, dash, zsh and fish; unquoted if it has no special characters.</summary>
    /// <remarks>
    /// fish interprets <c>\\</c> and <c>\'</c> within single quotes, the others do not: both are placed outside of them, where all four agree.
    /// </remarks>
    public static string Of(string text)
    {
        if (Plain().IsMatch(text))
        {
            return text;
        }

        var word = new StringBuilder();
        var quoted = false;
        foreach (var c in text)
        {
            if (quoted == (c is '\'' or '\\'))
            {
                word.Append('\'');
                quoted = !quoted;
            }

            word.Append(quoted ? "" : "\\").Append(c);
        }

        return quoted ? word.Append('\'').ToString() : word.Length > 0 ? word.ToString() : "''";
    }

    [GeneratedRegex(@"^[A-Za-z0-9_@%+:,./-]+\z", RegexOptions.CultureInvariant)]
    private static partial Regex Plain();
}
