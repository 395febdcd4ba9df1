using System.Text.RegularExpressions;

namespace FleetExporter.Tests.Shape;

/// <summary>Which source file declares a type.</summary>
internal sealed partial class SourceFiles
{
    private readonly Dictionary<string, string> _files = new(StringComparer.Ordinal);

    private SourceFiles(string folder)
    {
        foreach (var path in In(folder))
        {
            var text = File.ReadAllText(path);
            var room = Namespace().Match(text).Groups[1].Value;
            foreach (Match type in Declaration().Matches(text))
            {
                _files.TryAdd($"{room}.{type.Groups[1].Value}".TrimStart('.'), Path.GetRelativePath(folder, path));
            }
        }
    }

    /// <summary>The C# files of a folder, without what a build writes.</summary>
    public static IEnumerable<string> In(string folder) => Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
        .Where(f => !f.Contains("/obj/", StringComparison.Ordinal) && !f.Contains("/bin/", StringComparison.Ordinal));

    /// <summary>Lines of more than 150 columns in src, tests and bench, as <c>file:line has N columns</c>.</summary>
    public static IEnumerable<string> LongLines() => new[] { "src", "tests", "bench" }.SelectMany(folder => In(Repository.PathOf(folder)))
        .SelectMany(file => File.ReadLines(file).Index().Where(line => line.Item.Length > 150)
            .Select(line => $"{Path.GetRelativePath(Repository.PathOf(), file)}:{line.Index + 1} has {line.Item.Length} columns"));

    public static SourceFiles Of(string folder) => new(folder);

    /// <param name="type">Full name below the namespace of the exporter.</param>
    /// <exception cref="KeyNotFoundException">No file declares it.</exception>
    public string FileOf(string type) => _files[type];

    [GeneratedRegex(@"^namespace FleetExporter(\.[\w.]+)?;", RegexOptions.Multiline)]
    private static partial Regex Namespace();

    [GeneratedRegex(
        @"^(?:public |internal |static |sealed |abstract |readonly |partial |ref )*"
        + @"(?:class|record struct|record|struct|interface|enum|delegate \S+) (\w+)",
        RegexOptions.Multiline)]
    private static partial Regex Declaration();
}
