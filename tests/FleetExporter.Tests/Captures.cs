using System.Text.RegularExpressions;
using FleetExporter.Parsing;

namespace FleetExporter.Tests;

/// <summary>The captures of nvidia-smi as a sampler that asks for our fields would have got them: <c>--format=csv,noheader,nounits</c>.</summary>
public static partial class Captures
{
    private const string QueryEnd = ".query-gpu.csv";
    private const string ProcessesEnd = ".query-compute-apps.csv";

    public static string Root { get; } = Path.Combine(AppContext.BaseDirectory, "Fixtures", "nvidia-smi");

    /// <summary>Folder, machine, driver and load: <c>captures/linux-h200-590.48.01.load</c>.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. NamesIn("captures"), .. NamesIn("h100-live")];

    public static string Read(string file) => File.ReadAllText(Path.Combine(Root, file));

    public static IReadOnlyList<string> Header(string text) => [.. Cell.Split(SmiText.Lines(text).First()).Select(GpuFields.WithoutUnit)];

    /// <summary>Our fields as far as that driver has them, in our order.</summary>
    public static (IReadOnlyList<string> Fields, string Body) Query(string name)
    {
        var fields = GpuFields.Select(Header(Read(name + QueryEnd)).ToHashSet());
        return (fields, Query(name, fields));
    }

    public static string Query(string name, IReadOnlyList<string> fields) => Project(Read(name + QueryEnd), fields);

    public static (IReadOnlyList<string> Fields, string Body) Processes(string name)
    {
        var capture = Read(name + ProcessesEnd).Replace("used_gpu_memory", "used_memory", StringComparison.Ordinal);
        return (GpuProcesses.Fields, Project(capture, GpuProcesses.Fields));
    }

    private static IEnumerable<string> NamesIn(string folder) => Directory.GetFiles(Path.Combine(Root, folder), "*" + QueryEnd)
        .Select(file => $"{folder}/{Path.GetFileName(file)[..^QueryEnd.Length]}")
        .Order(StringComparer.Ordinal);

    private static string Project(string capture, IReadOnlyList<string> fields)
    {
        var header = Header(capture).ToList();
        var columns = fields.Select(name => header.IndexOf(name)).ToList();
        return string.Concat(SmiText.Lines(capture)
            .Skip(1)
            .Select(line => Cell.Split(line))
            .Select(cells => string.Join(", ", columns.Select(i => Unit().Replace(cells[i], "$1"))) + "\n"));
    }

    [GeneratedRegex(@"^(-?[0-9.]+) (?:MiB|W|%|MHz|us)$")]
    private static partial Regex Unit();
}
