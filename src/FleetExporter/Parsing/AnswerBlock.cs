using System.Globalization;
using System.Text.RegularExpressions;

namespace FleetExporter.Parsing;

/// <summary>One of several command outputs in a section: <c>U&lt;status&gt;:&lt;key&gt;</c>, then the output.</summary>
/// <param name="Status">Exit status of the command; above 128 for a signal.</param>
internal sealed partial record AnswerBlock(int Status, string Key, IReadOnlyList<string> Lines)
{
    private const int NotFound = 127;

    /// <summary>Failure derived from the exit status alone, for a command without output.</summary>
    public (CollectorFailure Reason, string Message) StatusFailure(string tool) => Status switch
    {
        NotFound => (CollectorFailure.ToolMissing, $"{tool} is not installed"),
        > 128 => (CollectorFailure.Timeout, Invariant($"{tool} was killed by signal {Status & 127}")),
        _ => (CollectorFailure.Parse, Invariant($"{tool} exited with status {Status} and no message")),
    };

    /// <summary>
    /// Splits a body. Lines before the first header are dropped; keys have no blank or parenthesis, so the rest of a process name is no header.
    /// </summary>
    /// <exception cref="FormatException">No header.</exception>
    public static IReadOnlyList<AnswerBlock> Split(string section, string body)
    {
        var blocks = new List<AnswerBlock>();
        var lines = new List<string>();
        foreach (var line in SectionText.Lines(body))
        {
            if (line.StartsWith('U') && Header().Match(line) is { Success: true } header)
            {
                lines = [];
                blocks.Add(new AnswerBlock(int.Parse(header.Groups[1].ValueSpan, CultureInfo.InvariantCulture), header.Groups[2].Value, lines));
            }
            else
            {
                lines.Add(line);
            }
        }

        return blocks.Count > 0
            ? blocks
            : throw new FormatException($"{section}: no 'U' line in the output, which begins with {SectionText.Quote(body)}");
    }

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);

    [GeneratedRegex(@"^U([0-9]{1,4}):([^\s()]{1,256})\z", RegexOptions.CultureInvariant)]
    private static partial Regex Header();
}
