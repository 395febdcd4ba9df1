using System.Text.Json;
using FleetExporter.Parsing;

namespace FleetExporter.Tests.Parsing;

/// <summary>One fixture, as manifest.json describes it.</summary>
public sealed record GpuFixture(
    string File, string Machine, string Command, string Exit, string Source, string Licence, string Tricky, string Expect, string Kind)
{
    public string Text => Captures.Read(File);

    /// <summary>Queried fields; for other outputs, those queried of an unknown driver.</summary>
    public IReadOnlyList<string> Fields => Command.Contains("every field of the header row", StringComparison.Ordinal) ? Captures.Header(Text)
        : Command.Contains("(field list not quoted", StringComparison.Ordinal) ? Unquoted[File]
        : Command.Split(["--query-gpu=", "--query-compute-apps="], StringSplitOptions.None) is [_, var list]
            && !list.StartsWith("...", StringComparison.Ordinal)
            ? list.Split(' ')[0].Split(',')
            : [.. GpuFields.Base.Select(known => known.Name)];

    private static readonly Dictionary<string, string[]> Unquoted = new()
    {
        ["threads/gb10-dgx-spark.query-gpu.six-columns.csv"] = ["index", "name", "memory.total", "memory.used", "memory.free", "utilization.gpu"],
        ["threads/jetson-orin.query-gpu.csv"] =
        [
            "index", "name", "memory.total", "memory.used", "memory.free", "utilization.gpu", "utilization.memory"
        ],
    };
}

public static class GpuManifest
{
    /// <summary>Outputs without a parser: tables for people, lists and versions. For reference.</summary>
    private static readonly string[] ReferenceEnds =
        [".version.txt", ".list-gpus.txt", "table.txt", "table-excerpt.txt", ".q.txt", ".set-power-limit.txt"];

    public static IReadOnlyList<GpuFixture> All { get; } =
        JsonSerializer.Deserialize<List<GpuFixture>>(Captures.Read("manifest.json"), JsonSerializerOptions.Web)!;

    public static IEnumerable<GpuFixture> Queries => All.Where(IsQuery);

    public static IEnumerable<GpuFixture> Processes => All.Where(IsProcesses);

    public static IEnumerable<GpuFixture> Xml => All.Where(fixture => fixture.File.EndsWith(".q.xml", StringComparison.Ordinal));

    public static IEnumerable<GpuFixture> Help => All.Where(fixture => fixture.Command.EndsWith("--help-query-gpu", StringComparison.Ordinal));

    public static GpuFixture Get(string file) => All.Single(fixture => fixture.File == file);

    public static bool IsHandled(GpuFixture fixture) => IsQuery(fixture) || IsProcesses(fixture) || IsLoop(fixture) || Xml.Contains(fixture)
        || fixture.Command.Contains("--help-query-", StringComparison.Ordinal)
        || fixture.File.StartsWith("dmon/", StringComparison.Ordinal) || Array.Exists(ReferenceEnds, end =>
            fixture.File.EndsWith(end, StringComparison.Ordinal));

    /// <summary>Outputs of a query: rows, or other text in their place.</summary>
    private static bool IsQuery(GpuFixture fixture) => fixture.File.StartsWith("errors/", StringComparison.Ordinal)
        || (fixture.Command.Contains("--query-gpu=", StringComparison.Ordinal) && IsCsvOrText(fixture.File) && !IsLoop(fixture));

    private static bool IsProcesses(GpuFixture fixture) =>
        fixture.Command.Contains("--query-compute-apps=", StringComparison.Ordinal) && IsCsvOrText(fixture.File) && !IsLoop(fixture);

    /// <summary>Samples of a loop, which LoopCapturesTests parses.</summary>
    private static bool IsLoop(GpuFixture fixture) => fixture.File.EndsWith(".loop.csv", StringComparison.Ordinal);

    private static bool IsCsvOrText(string file) =>
        file.EndsWith(".csv", StringComparison.Ordinal) || file.EndsWith(".txt", StringComparison.Ordinal);
}
