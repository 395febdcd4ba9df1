using System.Text.RegularExpressions;

namespace FleetExporter.Tests.Shape;

/// <summary>The rooms of the house, the size of the files in them and the width of their lines.</summary>
public sealed partial class LayersTests
{
    private static readonly string Source = Repository.PathOf("src", "FleetExporter");

    /// <summary>What each room may use beside itself.</summary>
    private static readonly Dictionary<string, string[]> MayUse = new()
    {
        ["Text"] = [],
        ["Config"] = [],
        ["Parsing"] = [],
        ["Metrics"] = [],
        ["Remote"] = ["Config", "Parsing"],
        ["Collectors"] = ["Config", "Parsing", "Metrics", "Remote"],
        ["Polling"] = ["Config", "Parsing", "Metrics", "Remote", "Collectors"],
        ["Simulation"] = ["Config", "Remote"],
        ["Store"] = ["Config", "Metrics"],
        ["Control"] = ["Config", "Parsing", "Metrics", "Remote", "Collectors", "Polling", "Store"],
        ["Alerting"] = ["Config", "Parsing", "Metrics", "Remote", "Control"],
        ["Api"] = ["Config", "Parsing", "Metrics", "Remote", "Collectors", "Polling", "Simulation", "Store", "Control", "Alerting"],
        ["Cli"] = ["Config", "Parsing", "Metrics", "Remote", "Collectors", "Polling", "Simulation", "Store", "Control", "Alerting", "Api"],
    };

    public static TheoryData<string> Rooms() => [.. MayUse.Keys];

    [Theory]
    [MemberData(nameof(Rooms))]
    public void A_room_uses_only_the_rooms_below_it(string room)
    {
        var files = Files(Path.Combine(Source, room)).ToList();

        Assert.NotEmpty(files);
        Assert.All(files, file => Assert.DoesNotContain(
            Reference().Matches(File.ReadAllText(file)).Select(m => m.Groups[1].Value),
            used => MayUse.ContainsKey(used) && used != room && used != "Text" && !MayUse[room].Contains(used)));
    }

    [Fact]
    public void Every_folder_of_the_source_is_a_room() =>
        Assert.Equal(
            MayUse.Keys.Order(),
            Directory.GetDirectories(Source).Select(d => Path.GetFileName(d)!)
                .Where(d => d is not ("bin" or "obj" or "wwwroot" or "Properties")).Order());

    [Fact]
    public void Files_are_short()
    {
        var lengths = Files(Source).Concat(Files(Repository.PathOf("tests")))
            .Select(file => (File: file, Lines: File.ReadLines(file).Count())).OrderBy(f => f.Lines).ToList();

        Assert.All(lengths, f => Assert.True(f.Lines <= 300, $"{f.File} has {f.Lines} lines"));
        Assert.True(lengths[lengths.Count / 2].Lines < 100);
    }

    [Fact]
    public void Lines_are_at_most_150_columns()
    {
        var tooLong = new[] { "src", "tests", "bench" }.SelectMany(folder => Files(Repository.PathOf(folder)))
            .SelectMany(file => File.ReadLines(file).Index().Where(line => line.Item.Length > 150)
                .Select(line => $"{Path.GetRelativePath(Repository.PathOf(), file)}:{line.Index + 1} has {line.Item.Length} columns"))
            .ToList();

        Assert.True(tooLong.Count == 0, string.Join('\n', tooLong));
    }

    private static IEnumerable<string> Files(string folder) => Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
        .Where(f => !f.Contains("/obj/", StringComparison.Ordinal) && !f.Contains("/bin/", StringComparison.Ordinal));

    [GeneratedRegex(@"\bFleetExporter\.([A-Z][A-Za-z]+)")]
    private static partial Regex Reference();
}
