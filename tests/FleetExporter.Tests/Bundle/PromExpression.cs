using System.Text.RegularExpressions;

namespace FleetExporter.Tests.Bundle;

/// <summary>A metric in a query.</summary>
/// <param name="Matchers">Labels with operator and value: <c>host</c> to <c>=~"$host"</c>.</param>
/// <param name="Window">Between the square brackets; null without.</param>
/// <param name="Function">The function it is the argument of; empty without.</param>
internal sealed record Selector(string Metric, IReadOnlyDictionary<string, string> Matchers, string? Window, string Function);

/// <summary>Facts about a query for tests. Not a parser: Prometheus validates the queries.</summary>
internal sealed partial class PromExpression
{
    private static readonly string[] Words = ["and", "or", "unless", "bool", "offset", "start", "end", "inf", "nan"];

    private PromExpression(List<Selector> selectors, HashSet<string> grouping, HashSet<string> strings) =>
        (Selectors, Grouping, Strings) = (selectors, grouping, strings);

    public IReadOnlyList<Selector> Selectors { get; }

    /// <summary>Labels in by, without, on, ignoring, group_left and group_right.</summary>
    public IReadOnlySet<string> Grouping { get; }

    /// <summary>Arguments in quotes: labels that label_replace, label_join and count_values make are among them.</summary>
    public IReadOnlySet<string> Strings { get; }

    public static PromExpression Read(string text)
    {
        var selectors = new List<Selector>();
        var (grouping, strings) = (new HashSet<string>(), new HashSet<string>());
        var functions = new Stack<string>();
        for (var at = 0; at < text.Length;)
        {
            if (Quoted().Match(text, at) is { Success: true } quoted)
            {
                strings.Add(quoted.Value[1..^1]);
                at += quoted.Length;
            }
            else if (Group().Match(text, at) is { Success: true } group)
            {
                grouping.UnionWith(Listed(group.Groups[1].Value));
                at += group.Length;
            }
            else if (Window().Match(text, at) is { Success: true } window)
            {
                at += window.Length;
            }
            else if (Name().Match(text, at) is { Success: true } name)
            {
                at += name.Length;
                if (!Words.Contains(name.Value) && Opening().Match(text, at) is { Success: true } opening)
                {
                    functions.Push(name.Value);
                    grouping.UnionWith(Listed(opening.Groups[1].Value));
                    at += opening.Length;
                }
                else if (!Words.Contains(name.Value) && !Group().IsMatch(text, at))
                {
                    var braces = Braces().Match(text, at);
                    at += braces.Length;
                    var matchers = Matcher().Matches(braces.Groups[1].Value)
                        .DistinctBy(m => m.Groups[1].Value).ToDictionary(m => m.Groups[1].Value, m => m.Groups[2].Value);
                    selectors.Add(new Selector(
                        name.Value, matchers, Window().Match(text, at) is { Success: true } range ? range.Groups[1].Value : null,
                        functions.FirstOrDefault("")));
                }
            }
            else
            {
                if (text[at] == '(')
                {
                    functions.Push("");
                }
                else if (text[at] == ')' && functions.Count > 0)
                {
                    functions.Pop();
                }

                at++;
            }
        }

        return new PromExpression(selectors, grouping, strings);
    }

    private static string[] Listed(string labels) => labels.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    [GeneratedRegex("""\G"(?:[^"\\]|\\.)*"|\G'(?:[^'\\]|\\.)*'""")]
    private static partial Regex Quoted();

    [GeneratedRegex(@"\G\s*\b(?:by|without|on|ignoring|group_left|group_right)\s*\(([^)]*)\)|\G\s*\b(?:group_left|group_right)\b()")]
    private static partial Regex Group();

    [GeneratedRegex(@"\G\[([^\]]*)\]")]
    private static partial Regex Window();

    [GeneratedRegex(@"\G(?<![\w.$])[a-zA-Z_:][\w:]*")]
    private static partial Regex Name();

    [GeneratedRegex(@"\G\s*(?:(?:by|without)\s*\(([^)]*)\)\s*)?\(")]
    private static partial Regex Opening();

    [GeneratedRegex("""\G\{((?:[^}"]|"(?:[^"\\]|\\.)*")*)\}""")]
    private static partial Regex Braces();

    [GeneratedRegex("""([a-z_]+)\s*((?:=~|!~|!=|=)\s*"(?:[^"\\]|\\.)*")""")]
    private static partial Regex Matcher();
}
