using System.Text.RegularExpressions;
using FleetExporter.Config.Binding;
using FleetExporter.Polling.Targets;

namespace FleetExporter.Tests.Config;

public sealed partial class DocumentationTests
{
    private static readonly string[] Lines = File.ReadAllLines(Repository.PathOf("docs", "configuration.md"));

    public static TheoryData<string> Sections() => [.. ConfigKeys.Docs(TargetCatalog.Kinds).Keys];

    // A table's rows are: `key` | type | range | default | meaning. The heading of the root's keys is "Top level".
    [Theory]
    [MemberData(nameof(Sections))]
    public void Every_key_is_documented_with_its_type_range_and_default(string section)
    {
        var documented = Lines
            .SkipWhile(line => line != (section.Length == 0 ? "## Top level" : $"## `{section}`"))
            .Skip(1)
            .TakeWhile(line => !line.StartsWith("## ", StringComparison.Ordinal))
            .Where(line => Row().IsMatch(line))
            .Select(line => line.Split('|', StringSplitOptions.TrimEntries)[1..^1])
            .ToList();

        Assert.Equal(
            ConfigKeys.Docs(TargetCatalog.Kinds)[section].Select(key =>
                ($"`{key.Name}`", key.Type, key.Range, key.Default.Length > 0 ? $"`{key.Default}`" : "")),
            documented.Select(cells => (cells[0], cells[1], cells[2], cells[3].StartsWith('`') ? cells[3] : "")));
        Assert.All(documented, cells => Assert.True(cells.Length == 5 && cells[4].Length > 0, cells[0]));
    }

    [GeneratedRegex(@"^\| `")]
    private static partial Regex Row();
}
