namespace FleetExporter.ReleaseTests.Packages;

/// <summary>
/// Integration tests with the executable of the release, from which unused code of .NET is removed: every curl line of the documentation, and what
/// depends on reflection (configuration, JSON, the store).
/// </summary>
/// <remarks>Not parallel to other tests, because these have time limits of their own.</remarks>
[CollectionDefinition(nameof(TrimmedTests), DisableParallelization = true)]
[Collection(nameof(TrimmedTests))]
public sealed class TrimmedTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(8);

    private static readonly string[] Classes =
    [
        "ClientModelsTests", "ConfigurationTests", "ConnectionStoreTests", "ConnectionsTests", "CurlLinesTests", "EventsTests", "ExecTests",
        "HistoryTests",
    ];

    [Fact]
    public async Task The_executable_passes_integration_tests()
    {
        var dist = await Dist.GetAsync();
        var tests = Repository.PathOf("tests", "FleetExporter.IntegrationTests", "bin", "Debug", "net10.0", "FleetExporter.IntegrationTests");

        await using var run = Child.Start(
            tests, ["-noColor", .. Classes.SelectMany(name => new[] { "-class", $"FleetExporter.IntegrationTests.{name}" })], "/",
            new Dictionary<string, string?> { ["FLEET_EXPORTER"] = dist.Executable("linux-x64") });
        var exit = await run.EndAsync(Limit);

        Assert.True(exit == 0, run.Output[Math.Max(0, run.Output.Length - 20_000)..]);
        Assert.DoesNotContain("Total: 0", run.Output, StringComparison.Ordinal);
    }
}
