namespace FleetExporter.Tests.Shape;

/// <summary>The rooms, the size of the files in them and the width of their lines.</summary>
public sealed class LayersTests
{
    private static readonly string Source = Repository.PathOf("src", "FleetExporter");

    /// <summary>The rooms that each room may use.</summary>
    private static readonly Dictionary<string, string[]> MayUse = new()
    {
        ["Text"] = [],
        ["Config"] = [],
        ["Parsing"] = [],
        ["Metrics"] = [],
        ["Hosting"] = ["Config", "Metrics"],
        ["Store"] = ["Config", "Metrics", "Hosting"],
        ["Remote"] = ["Config", "Parsing"],
        ["Collectors"] = ["Config", "Parsing", "Metrics", "Remote"],
        ["Targets"] = ["Config", "Parsing", "Metrics", "Remote", "Collectors"],
        ["OpenClaw"] = ["Config", "Parsing", "Metrics", "Remote", "Collectors", "Targets"],
        ["Polling"] = ["Config", "Parsing", "Metrics", "Hosting", "Remote", "Collectors", "Targets", "OpenClaw"],
        ["History"] = ["Config", "Parsing", "Metrics", "Hosting", "Remote", "Collectors", "Targets", "OpenClaw", "Polling"],
        ["Simulation"] = ["Config", "Remote", "Collectors", "Targets", "OpenClaw"],
        ["Control"] = ["Config", "Parsing", "Metrics", "Hosting", "Store", "Remote", "Polling", "Alerting", "Views"],
        ["Alerting"] = ["Config", "Parsing", "Metrics", "Hosting", "Remote"],
        ["Access"] = ["Config", "Hosting", "Store"],
        ["Views"] = ["Config", "Parsing", "Remote", "Collectors", "Targets", "OpenClaw", "Polling"],
        ["Overview"] = ["Config", "Parsing", "Collectors", "Targets", "OpenClaw", "Polling", "Views"],
        ["Events"] =
        [
            "Config", "Parsing", "Hosting", "Store", "Remote", "Collectors", "Targets", "Polling", "Control", "Alerting", "Overview",
        ],
        ["Streaming"] =
        [
            "Config", "Parsing", "Metrics", "Hosting", "Store", "Collectors", "Targets", "OpenClaw", "Polling", "Alerting", "Views", "Overview",
            "Events",
        ],
        ["Onboarding"] = ["Config", "Parsing", "Store", "Remote", "Collectors", "Targets"],
        ["Api"] =
        [
            "Config", "Parsing", "Metrics", "Hosting", "Store", "Remote", "Collectors", "Targets", "OpenClaw", "Polling", "Simulation", "Control",
            "Alerting", "Access", "Views", "Overview", "Events", "Streaming", "History", "Onboarding",
        ],
        ["Cli"] =
        [
            "Config", "Parsing", "Metrics", "Store", "Remote", "Collectors", "Targets", "OpenClaw", "Polling", "Simulation", "Alerting", "Access",
            "Streaming", "Onboarding", "Api",
        ],
    };

    private readonly IReadOnlyDictionary<string, HashSet<string>> _rooms = TypeGraph.OfExporter.Grouped(TypeGraph.RoomOf);

    public static TheoryData<string> Rooms() => [.. MayUse.Keys];

    [Theory]
    [MemberData(nameof(Rooms))]
    public void A_room_uses_only_the_rooms_below_it(string room)
    {
        Assert.True(_rooms.ContainsKey(room), $"no type is in {room}");
        Assert.Empty(_rooms[room].Except(MayUse[room]).Except(["Text"]).Order());
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
        var lengths = SourceFiles.In(Source).Concat(SourceFiles.In(Repository.PathOf("tests")))
            .Select(file => (File: file, Lines: File.ReadLines(file).Count())).OrderBy(f => f.Lines).ToList();

        Assert.All(lengths, f => Assert.True(f.Lines <= 300, $"{f.File} has {f.Lines} lines"));
        Assert.True(lengths[lengths.Count / 2].Lines < 100);
    }

    [Fact]
    public void Lines_are_at_most_150_columns()
    {
        var tooLong = SourceFiles.LongLines().ToList();

        Assert.True(tooLong.Count == 0, string.Join('\n', tooLong));
    }

    [Fact]
    public void Actions_know_nothing_of_HTTP() =>
        Assert.DoesNotContain(
            SourceFiles.In(Path.Combine(Source, "Control")),
            file => File.ReadAllText(file).Contains("Microsoft.AspNetCore", StringComparison.Ordinal));
}
