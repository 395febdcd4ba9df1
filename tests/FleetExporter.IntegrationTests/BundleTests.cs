using FleetExporter.IntegrationTests.Parts;

namespace FleetExporter.IntegrationTests;

/// <summary>Rules and routes, checked by the programs that will read them.</summary>
public sealed class BundleTests
{
    private static readonly string Root = Repository.PathOf();

    [Fact]
    public async Task Prometheus_accepts_the_configuration_and_the_rules()
    {
        await SucceedsAsync("promtool", "check", "config", Path.Combine(Root, "prometheus", "prometheus.yml"));
        await SucceedsAsync(
            "promtool",
            [
                "check", "rules", "--lint=all", "--lint-fatal",
                .. Files("prometheus/rules", "*.rules.yml"), .. Files("prometheus/rules-optional", "*.rules.yml")
            ]);
    }

    [Fact]
    public Task Every_alert_fires_after_its_time_and_not_before() =>
        SucceedsAsync("promtool", ["test", "rules", .. Files("prometheus/tests", "*.test.yml")]);

    [Fact]
    public async Task Alertmanager_accepts_the_routes_and_each_alert_has_its_receiver()
    {
        var config = Path.Combine(Root, "alertmanager", "alertmanager.yml");
        await SucceedsAsync("amtool", "check-config", config);
        var routes = File.ReadLines(Path.Combine(Root, "alertmanager", "routes.test.txt")).Where(l => l.Length > 0 && l[0] != '#').ToList();
        Assert.NotEmpty(routes);
        foreach (var route in routes.Select(l => l.Split(' ')))
        {
            await SucceedsAsync("amtool", ["config", "routes", "test", $"--config.file={config}", $"--verify.receivers={route[0]}", .. route[1..]]);
        }
    }

    private static string[] Files(string folder, string pattern) =>
        [.. Directory.GetFiles(Path.Combine(Root, folder), pattern).Order(StringComparer.Ordinal)];

    private static async Task SucceedsAsync(string program, params IReadOnlyList<string> arguments)
    {
        var result = await Tool.TryAsync(program, arguments);
        Assert.True(result.Exit == 0, $"{program} {string.Join(' ', arguments)}\n{result.Output}{result.Error}");
    }
}
