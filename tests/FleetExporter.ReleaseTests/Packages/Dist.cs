using System.Text.RegularExpressions;

namespace FleetExporter.ReleaseTests.Packages;

/// <summary>The release that <c>make dist</c> builds, once for all tests, or the one in the folder that <c>FLEET_DIST</c> names.</summary>
internal sealed partial class Dist
{
    private static readonly TimeSpan BuildTimeout = TimeSpan.FromMinutes(20);
    private static readonly Lazy<Task<Dist>> Built = new(BuildAsync);

    private Dist(string folder) => Folder = folder;

    public string Folder { get; }

    /// <summary>From Directory.Build.props.</summary>
    public static string Version { get; } = VersionLine().Match(File.ReadAllText(Repository.PathOf("Directory.Build.props"))).Groups[1].Value;

    public string this[string name] => Path.Combine(Folder, name);

    public string Executable(string rid) => Path.Combine(Folder, "executables", rid, "fleet-exporter");

    public static Task<Dist> GetAsync() => Built.Value;

    /// <summary>Runs scripts/dist of a source tree.</summary>
    /// <returns>The folder of the release.</returns>
    public static async Task<Dist> RunAsync(string source, string output, params IEnumerable<string> arguments)
    {
        await using var dist = Child.Start(Path.Combine(source, "scripts", "dist"), ["--output", output, .. arguments], source);
        Assert.True(await dist.EndAsync(BuildTimeout) == 0, dist.Output);
        return new Dist(output);
    }

    private static async Task<Dist> BuildAsync() => Environment.GetEnvironmentVariable("FLEET_DIST") is { Length: > 0 } given
        ? new Dist(given) : await RunAsync(Repository.Root, Repository.PathOf("artifacts", "dist"));

    [GeneratedRegex("<Version>(.*)</Version>")]
    private static partial Regex VersionLine();
}
