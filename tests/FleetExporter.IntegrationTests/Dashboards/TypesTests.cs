using FleetExporter.IntegrationTests.Parts;

namespace FleetExporter.IntegrationTests.Dashboards;

/// <summary>Every dashboard against Grafana's own schema, by the TypeScript compiler; and that it is what the generator writes.</summary>
public sealed class TypesTests
{
    public static TheoryData<string> Names() => DashboardTools.Names();

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_dashboard_matches_the_schema(string name)
    {
        var file = Path.Combine(
            Directory.CreateDirectory(Path.Combine(Repository.Root, "tests", "dashboards", "types", "gen")).FullName, $"{name}.ts");
        var limit = TimeSpan.FromSeconds(60);
        await DashboardTools.RunAsync(limit, "types/check.mjs", DashboardTools.PathOf(name), file);
        await DashboardTools.RunAsync(limit, "node_modules/typescript/bin/tsc", "--noEmit", "--strict", "--skipLibCheck", file);
    }

    [Fact]
    public Task The_renderer_type_checks() =>
        DashboardTools.RunAsync(TimeSpan.FromSeconds(60), "node_modules/typescript/bin/tsc", "-p", "render");

    [Fact]
    public async Task The_dashboards_match_the_generator()
    {
        using var folder = new TestFolder();
        var result = await Tool.TryAsync("/usr/bin/python3", ["-B", Path.Combine(Repository.Root, "grafana", "generate"), "--out", folder.Path]);
        Assert.True(result.Exit == 0, result.Error);
        var (written, shipped) = (Directory.GetFiles(folder.Path), Directory.GetFiles(Path.Combine(Repository.Root, "grafana", "dashboards")));
        Assert.Equal(written.Select(Path.GetFileName).Order(), shipped.Select(Path.GetFileName).Order());
        Assert.All(shipped, f => Assert.True(
            File.ReadAllText(f) == File.ReadAllText(folder.PathOf(Path.GetFileName(f))),
            $"{Path.GetFileName(f)} is not what grafana/generate writes: run make dashboards"));
    }
}
