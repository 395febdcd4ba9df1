using FleetExporter.IntegrationTests.Parts;

namespace FleetExporter.IntegrationTests.Dashboards;

/// <summary>The dashboards, and the programs that check and draw them: tests/dashboards.</summary>
internal static class DashboardTools
{
    private static readonly Lazy<Task> Installed = new(InstallAsync);

    /// <summary>Output folder of the pictures.</summary>
    public static string Pictures { get; } = Path.Combine(Repository.Root, "artifacts", "dashboards");

    public static TheoryData<string> Names() =>
        [.. Directory.GetFiles(Path.Combine(Repository.Root, "grafana", "dashboards"), "*.json")
            .Select(f => Path.GetFileNameWithoutExtension(f)).Order(StringComparer.Ordinal)];

    public static string PathOf(string dashboard) => Path.Combine(Repository.Root, "grafana", "dashboards", $"{dashboard}.json");

    /// <summary>Runs a script of tests/dashboards and fails the test with its output if it fails.</summary>
    public static async Task RunAsync(TimeSpan limit, params IReadOnlyList<string> command)
    {
        await Installed.Value;
        await using var node = Child.Start("node", command, Path.Combine(Repository.Root, "tests", "dashboards"));
        var exit = await node.EndAsync(limit);
        Assert.True(exit == 0, node.Output);
    }

    private static async Task InstallAsync()
    {
        await using var install = Child.Start(Path.Combine(Repository.Root, "scripts", "ensure-dashboard-tools"), [], Repository.Root);
        var exit = await install.EndAsync(TimeSpan.FromMinutes(7));
        Assert.True(exit == 0, $"the tools could not be installed:\n{install.Output}");
    }
}
