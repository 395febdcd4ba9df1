using System.Globalization;
using System.Text.RegularExpressions;

namespace FleetExporter.Tests.Api;

/// <summary>
/// The contrast of each theme meets WCAG 2.2 AA: 4.5 to 1 for text and 3 to 1 for bars, dots and the borders of inputs.
/// </summary>
public sealed partial class ThemesTests
{
    private static readonly string Css = File.ReadAllText(Repository.PathOf("src", "FleetExporter", "wwwroot", "css", "themes.css"));

    private static readonly string[] Grounds = ["ground", "raised", "sunk"];

    public static TheoryData<string> Names() => [.. Theme().Matches(Css).Select(m => m.Groups[1].Value)];

    [Fact]
    public void The_page_offers_six_themes()
    {
        var script = File.ReadAllText(Repository.PathOf("src", "FleetExporter", "wwwroot", "core", "theme.js"));

        Assert.Equal(6, Names().Count);
        Assert.All(Names(), name => Assert.Contains($"{name.Data}: '", script, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Text_has_sufficient_contrast(string theme)
    {
        var colours = Colour().Matches(Theme().Matches(Css).Single(m => m.Groups[1].Value == theme).Groups[2].Value)
            .ToDictionary(m => m.Groups[1].Value, m => Luminance(m.Groups[2].Value));

        foreach (var ground in Grounds)
        {
            Assert.All(new[] { "text", "soft", "link", "ok-text", "warn-text", "bad-text" }, name => AssertContrast(name, ground, 4.5));
            Assert.All(new[] { "ok", "warn", "bad", "idle" }, name => AssertContrast(name, ground, 3));
        }

        Assert.All(new[] { "ok", "warn", "bad", "accent" }, name => AssertContrast($"on-{name}", name, 4.5));

        void AssertContrast(string front, string back, double least)
        {
            var (low, high) = (Math.Min(colours[front], colours[back]), Math.Max(colours[front], colours[back]));
            Assert.True((high + 0.05) / (low + 0.05) >= least, $"{theme}: --{front} on --{back}");
        }
    }

    private static double Luminance(string hex)
    {
        double Part(int at) => int.Parse(hex.AsSpan(at, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture) / 255.0 is var c && c <= 0.03928
            ? c / 12.92
            : Math.Pow((c + 0.055) / 1.055, 2.4);
        return (0.2126 * Part(0)) + (0.7152 * Part(2)) + (0.0722 * Part(4));
    }

    [GeneratedRegex("""\[data-theme="([a-z]+)"\]\s*\{([^}]*)\}""")]
    private static partial Regex Theme();

    [GeneratedRegex(@"--([a-z-]+):\s*#([0-9a-fA-F]{6})")]
    private static partial Regex Colour();
}
