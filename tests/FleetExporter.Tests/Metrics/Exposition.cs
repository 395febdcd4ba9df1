using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using FleetExporter.Metrics;

namespace FleetExporter.Tests.Metrics;

/// <summary>A family of a page.</summary>
/// <param name="Name">As in the catalogue: a counter ends in <c>_total</c> in both formats.</param>
internal sealed record ExposedFamily(string Name, string Type, string Help, IReadOnlyList<ExposedSample> Samples);

/// <param name="Labels">The text between the braces.</param>
internal sealed record ExposedSample(string Name, string Labels, double Value);

/// <summary>Strict parser for pages in Prometheus' text format 0.0.4 and OpenMetrics 1.0.</summary>
internal static partial class Exposition
{
    /// <exception cref="FormatException">The page breaks a rule of its format.</exception>
    public static IReadOnlyList<ExposedFamily> Read(string page, bool openMetrics)
    {
        Require(page.EndsWith(openMetrics ? "\n# EOF\n" : "\n", StringComparison.Ordinal), "its end");
        var lines = page[..^(openMetrics ? "# EOF\n".Length : 0)].Split('\n')[..^1];
        var families = new List<ExposedFamily>();
        for (var at = 0; at < lines.Length;)
        {
            families.Add(Family(lines, ref at, openMetrics));
        }

        Require(families.DistinctBy(f => f.Name).Count() == families.Count, "a family occurs twice");
        return families;
    }

    public static IEnumerable<string> NamesOf(ExposedSample sample) => LabelName().Matches(sample.Labels).Select(m => m.Groups[1].Value);

    public static async Task<string> TextOfAsync(ExporterMetrics metrics, ExpositionFormat? format = null)
    {
        using var output = new MemoryStream();
        await metrics.WriteAsync(output, format ?? ExpositionFormat.Text, TestContext.Current.CancellationToken);
        return Encoding.UTF8.GetString(output.ToArray());
    }

    private static ExposedFamily Family(string[] lines, ref int at, bool openMetrics)
    {
        var metadata = new Dictionary<string, string>();
        string? name = null;
        for (; at < lines.Length && Metadata().Match(lines[at]) is { Success: true } line; at++)
        {
            if (name is not null && name != line.Groups[2].Value)
            {
                break;
            }

            name = line.Groups[2].Value;
            Require(metadata.TryAdd(line.Groups[1].Value, line.Groups[3].Value), $"{line.Value}: twice");
        }

        Require(
            name is not null && metadata.ContainsKey("TYPE") && metadata.ContainsKey("HELP"),
            $"no metadata before {lines[Math.Min(at, lines.Length - 1)]}");
        Require(openMetrics || !metadata.ContainsKey("UNIT"), $"{name}: text has no unit");
        var (type, help) = (metadata["TYPE"], metadata["HELP"]);
        Require(type is "gauge" or "counter" or "histogram", $"{name}: {type}");
        Require(!help.Contains('"') || !openMetrics || help.Contains("\\\"", StringComparison.Ordinal), $"{name}: a quote in its help");
        var counter = type == "counter";
        Require(!counter || name!.EndsWith("_total", StringComparison.Ordinal) != openMetrics, $"{name}: a counter's name");
        var stem = counter && openMetrics ? name + "_total" : name!;
        string[] mayHave = type == "histogram" ? [stem + "_bucket", stem + "_sum", stem + "_count"] : [stem];
        var samples = new List<ExposedSample>();
        for (; at < lines.Length && lines[at][0] != '#'; at++)
        {
            samples.Add(Sample(lines[at]));
            Require(mayHave.Contains(samples[^1].Name), $"{lines[at]} among the samples of {name}");
        }

        Require(samples.DistinctBy(s => (s.Name, s.Labels)).Count() == samples.Count, $"{name}: a series occurs twice");
        CheckBuckets(stem, samples, openMetrics);
        return new ExposedFamily(stem, type, help, samples);
    }

    private static ExposedSample Sample(string line)
    {
        var parts = SampleLine().Match(line);
        Require(parts.Success, line);
        var value = parts.Groups[3].Value switch
        {
            "+Inf" => double.PositiveInfinity,
            "-Inf" => double.NegativeInfinity,
            var number => double.Parse(number, NumberStyles.Float, CultureInfo.InvariantCulture),
        };
        return new ExposedSample(parts.Groups[1].Value, parts.Groups[2].Value, value);
    }

    private static void CheckBuckets(string name, List<ExposedSample> samples, bool openMetrics)
    {
        var buckets = samples.Where(s => s.Name == name + "_bucket").ToList();
        foreach (var series in buckets.GroupBy(b => Le().Replace(b.Labels, "")))
        {
            var bounds = series.Select(b => Le().Match(b.Labels).Groups[1].Value).ToList();
            var labels = series.Key.TrimEnd(',');
            Require(bounds[^1] == "+Inf" && series.Select(b => b.Value).Order().SequenceEqual(series.Select(b => b.Value)), $"{name}: its buckets");
            Require(!openMetrics || bounds.All(b => b == "+Inf" || b.Contains('.') || b.Contains('e')), $"{name}: bounds that are no floats");
            Require(samples.Any(s => s.Name == name + "_count" && s.Labels == labels && s.Value == series.Last().Value), $"{name}: its count");
        }
    }

    private static void Require(bool holds, string what)
    {
        if (!holds)
        {
            throw new FormatException(what);
        }
    }

    [GeneratedRegex("^# (HELP|TYPE|UNIT) ([a-z][a-z0-9_]*) (.*)$")]
    private static partial Regex Metadata();

    [GeneratedRegex("""^([a-z][a-z0-9_]*)(?:\{((?:[a-z_]+="(?:[^"\\\n]|\\[\\"n])*",?)+)\})? (NaN|[+-]Inf|-?[0-9.]+(?:[eE][+-]?[0-9]+)?)$""")]
    private static partial Regex SampleLine();

    [GeneratedRegex("([a-z_]+)=\"(?:[^\"\\\\]|\\\\.)*\"")]
    private static partial Regex LabelName();

    [GeneratedRegex("(?:^|,)le=\"([^\"]*)\"$")]
    private static partial Regex Le();
}
