using System.Globalization;
using System.Text;

namespace FleetExporter.IntegrationTests.Parts;

/// <summary>One line of a page.</summary>
internal sealed record Sample(string Name, IReadOnlyDictionary<string, string> Labels, double Value, string Series)
{
    public string this[string label] => Labels.GetValueOrDefault(label, "");

    public bool Has(params IEnumerable<(string Name, string Value)> labels) => labels.All(l => this[l.Name] == l.Value);
}

/// <summary>A page in Prometheus' text format, read as strictly as the format is written.</summary>
internal sealed class Page
{
    private Page(string text, IReadOnlyList<Sample> samples)
    {
        Text = text;
        Samples = samples;
    }

    public string Text { get; }

    public IReadOnlyList<Sample> Samples { get; }

    /// <summary>Names that have a sample.</summary>
    public IReadOnlySet<string> Families => Samples.Select(s => s.Name).ToHashSet();

    public static Page Parse(string text)
    {
        Assert.EndsWith("\n", text, StringComparison.Ordinal);
        return new Page(text, [.. text.Split('\n').Where(l => l.Length > 0 && l[0] != '#').Select(Line)]);
    }

    public IEnumerable<Sample> Of(string name, params IEnumerable<(string Name, string Value)> labels) =>
        Samples.Where(s => s.Name == name && s.Has(labels));

    /// <summary>The one value with these labels; null where there is none.</summary>
    public double? Find(string name, params IEnumerable<(string Name, string Value)> labels)
    {
        var found = Of(name, labels).ToList();
        Assert.True(found.Count < 2, $"{name} is there {found.Count} times:\n{string.Join('\n', found.Select(s => s.Series))}");
        return found.Count == 0 ? null : found[0].Value;
    }

    public double Value(string name, params IEnumerable<(string Name, string Value)> labels)
    {
        var value = Find(name, labels);
        Assert.True(value is not null, $"no {name} with these labels on the page:\n{Text}");
        return value.Value;
    }

    /// <summary>Connection and collectors, for a message.</summary>
    public string Health() => string.Join('\n', Text.Split('\n').Where(l =>
        l.StartsWith("fleet_ssh", StringComparison.Ordinal)
        || l.StartsWith("fleet_collector", StringComparison.Ordinal)
        || l.StartsWith("fleet_host_status", StringComparison.Ordinal)));

    private static Sample Line(string line)
    {
        var labels = new Dictionary<string, string>();
        var at = line.IndexOfAny(['{', ' ']);
        var name = line[..at];
        if (line[at] == '{')
        {
            at++;
            while (line[at] != '}')
            {
                var equals = line.IndexOf('=', at);
                var key = line[at..equals];
                Assert.Equal('"', line[equals + 1]);
                (var value, at) = Quoted(line, equals + 2);
                labels.Add(key, value);
                at += line[at] == ',' ? 1 : 0;
            }

            at++;
        }

        Assert.Equal(' ', line[at]);
        var number = line[(at + 1)..] switch
        {
            "+Inf" => double.PositiveInfinity,
            "-Inf" => double.NegativeInfinity,
            var text => double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture),
        };
        return new Sample(name, labels, number, line[..at]);
    }

    private static (string Value, int After) Quoted(string line, int at)
    {
        var value = new StringBuilder();
        for (; line[at] != '"'; at++)
        {
            value.Append(line[at] != '\\' ? line[at] : line[++at] switch
            {
                'n' => '\n',
                '\\' => '\\',
                '"' => '"',
                var other => throw new FormatException($"\\{other} is no escape: {line}"),
            });
        }

        return (value.ToString(), at + 1);
    }
}
