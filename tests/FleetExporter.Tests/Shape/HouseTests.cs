using FleetExporter.Config;
using Mono.Cecil;

namespace FleetExporter.Tests.Shape;

/// <summary>The figures of the source's structure, as <c>scripts/house</c> prints them, and their limits.</summary>
public sealed class HouseTests(ITestOutputHelper output)
{
    private static readonly string Source = Repository.PathOf("src", "FleetExporter");

    [Fact]
    public void Figures_are_within_their_limits()
    {
        List<string> unnamed = [.. PublicTypes().Except(NamedElsewhere())];
        unnamed.ForEach(name => output.WriteLine($"{name} is public and need not be"));
        List<Figure> figures =
        [
            SharePerRoom("Api"),
            new("Cycles of rooms", CyclesOf(TypeGraph.RoomOf), 0),
            new("Cycles of folders", CyclesOf(TypeGraph.NamespaceOf), 0),
            new("Cycles of files", CyclesOf(SourceFiles.Of(Source).FileOf), 3),
            new("Public types that no other assembly names", unnamed.Count, 0),
            new("Lines over 150 columns", SourceFiles.LongLines().Count(), 0),
        ];

        figures.ForEach(f => output.WriteLine($"{f.Name,-45}{f.Value,6}   limit {f.Limit}{f.Unit}"));
        Assert.All(figures, f => Assert.True(f.Value <= f.Limit, $"{f.Name}: {f.Value}{f.Unit}, the limit is {f.Limit}{f.Unit}"));
    }

    private static Figure SharePerRoom(string room)
    {
        var lines = SourceFiles.In(Source).ToLookup(f => Path.GetRelativePath(Source, f).Split('/')[0], f => File.ReadLines(f).Count());
        return new Figure($"Share of {room}/ in the source", 100 * lines[room].Sum() / lines.Sum(l => l.Sum()), 15, " %");
    }

    /// <summary>Also prints what is in each cycle.</summary>
    private int CyclesOf(Func<string, string> group)
    {
        var cycles = Cycles.Of(TypeGraph.OfExporter.Grouped(group));
        foreach (var cycle in cycles)
        {
            output.WriteLine($"cycle: {string.Join(", ", cycle)}");
        }

        return cycles.Count;
    }

    private static HashSet<string> PublicTypes()
    {
        using var module = ModuleDefinition.ReadModule(typeof(FleetConfig).Assembly.Location);
        // A generator of ASP.NET Core makes the entry point public.
        return [.. module.Types.Where(t => t.IsPublic && t != module.EntryPoint.DeclaringType).Select(t => t.FullName)];
    }

    /// <summary>Types of the exporter that the tests and the benchmarks refer to.</summary>
    private static IEnumerable<string> NamedElsewhere() => Directory
        .EnumerateFiles(Repository.PathOf(), "*.dll", SearchOption.AllDirectories)
        .Where(f => Path.GetFileName(f) is "FleetExporter.Tests.dll" or "FleetExporter.IntegrationTests.dll" or "FleetExporter.Bench.dll")
        .SelectMany(file =>
        {
            using var module = ModuleDefinition.ReadModule(file);
            return module.GetTypeReferences().Select(t => t.FullName).ToList();
        });

    private sealed record Figure(string Name, int Value, int Limit, string Unit = "");
}
