using System.Globalization;
using System.Text.RegularExpressions;

namespace FleetExporter.Tests.Golden;

/// <summary>A parsed sample line.</summary>
internal sealed record Sample(string Series, string Name, IReadOnlyList<string> Labels, double Value);

/// <summary>Reads a page in the text format.</summary>
internal static partial class PageText
{
    public static IReadOnlyList<Sample> Samples(string page) => [.. page.Split('\n').Where(l => l.Length > 0 && l[0] != '#').Select(Read)];

    /// <summary>The expected page, without HELP lines, which are in docs/metrics.md.</summary>
    public static string WithoutHelp(string page) =>
        string.Join('\n', page.Split('\n').Where(line => !line.StartsWith("# HELP ", StringComparison.Ordinal)));

    private static Sample Read(string line)
    {
        var match = Line().Match(line);
        Assert.True(match.Success, line);
        return new Sample(
            match.Groups[1].Value,
            match.Groups[2].Value,
            [.. match.Groups[3].Captures.Select(c => c.Value)],
            double.Parse(match.Groups[4].Value.Replace("Inf", "Infinity", StringComparison.Ordinal), CultureInfo.InvariantCulture));
    }

    [GeneratedRegex("""^(([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(?:([a-zA-Z_][a-zA-Z0-9_]*)="(?:[^"\\\n]|\\[\\"n])*",?)*\})?) (\S+)$""")]
    private static partial Regex Line();
}
