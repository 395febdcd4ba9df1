using System.Text.RegularExpressions;

namespace FleetExporter.Tests.Shape;

/// <summary>The folders of the page's modules, what each may import, and the width of its lines.</summary>
public sealed partial class PageModulesTests
{
    private const int MaxColumns = 150;

    private static readonly string Root = Repository.PathOf("src", "FleetExporter", "wwwroot");

    /// <summary>
    /// What the modules of each folder may import beside each other. <c>main.js</c>, the entry, is in none of them and may import all.
    /// </summary>
    private static readonly Dictionary<string, string[]> MayImport = new()
    {
        ["core"] = [],
        ["widgets"] = ["core"],
        ["views"] = ["core", "widgets"],
        [""] = ["core", "widgets", "views"],
    };

    public static TheoryData<string> Folders() => [.. MayImport.Keys];

    public static TheoryData<string> Files() => [.. Names("*")];

    [Theory]
    [MemberData(nameof(Folders))]
    public void A_module_imports_only_its_own_folder_and_those_below(string folder)
    {
        var modules = Names("*.js").Where(name => FolderOf(name) == folder).ToList();

        Assert.NotEmpty(modules);
        Assert.All(modules, name =>
            Assert.DoesNotContain(Imports(name), used => FolderOf(used) != folder && !MayImport[folder].Contains(FolderOf(used))));
    }

    [Fact]
    public void Every_module_is_in_one_of_the_folders()
    {
        Assert.Equal(MayImport.Keys.Order(StringComparer.Ordinal), Names("*.js").Select(FolderOf).Distinct().Order(StringComparer.Ordinal));
        Assert.Equal(["main.js"], Names("*.js").Where(name => FolderOf(name).Length == 0));
    }

    [Fact]
    public void Imports_have_no_cycle()
    {
        // Removes modules that import none of the remaining ones, until only cycles are left.
        var remaining = Names("*.js").ToDictionary(name => name, name => Imports(name).ToHashSet());
        while (remaining.Where(m => !m.Value.Overlaps(remaining.Keys)).Select(m => m.Key).ToList() is { Count: > 0 } free)
        {
            free.ForEach(name => remaining.Remove(name));
        }

        Assert.Empty(remaining.Keys);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Lines_are_at_most_150_columns_wide(string name) =>
        Assert.DoesNotContain(File.ReadLines(Path.Combine(Root, name)), line => line.Length > MaxColumns);

    /// <summary>Static and dynamic imports of a module, as paths below the root.</summary>
    private static IEnumerable<string> Imports(string name) => Import().Matches(File.ReadAllText(Path.Combine(Root, name)))
        .Select(m => Path.GetRelativePath(Root, Path.GetFullPath(Path.Combine(Root, Path.GetDirectoryName(name)!, m.Groups[1].Value))));

    private static string FolderOf(string name) => Path.GetDirectoryName(name)!;

    private static IEnumerable<string> Names(string pattern) =>
        Directory.EnumerateFiles(Root, pattern, SearchOption.AllDirectories).Select(f => Path.GetRelativePath(Root, f)).Order(StringComparer.Ordinal);

    [GeneratedRegex(@"\b(?:from|import\(?)\s*'(\.[^']+)'")]
    private static partial Regex Import();
}
