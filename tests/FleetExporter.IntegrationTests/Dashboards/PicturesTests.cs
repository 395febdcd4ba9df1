namespace FleetExporter.IntegrationTests.Dashboards;

/// <summary>
/// Every dashboard drawn in a real browser by Grafana's own components, from the data of a simulated fleet.
/// The pictures stay in artifacts/dashboards.
/// </summary>
[Collection(WatchedFleetTests.Name)]
public sealed class PicturesTests(WatchedFleet fleet)
{
    public static TheoryData<string> Names() => DashboardTools.Names();

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_dashboard_is_drawn_without_an_error(string name)
    {
        var picture = Path.Combine(Directory.CreateDirectory(DashboardTools.Pictures).FullName, $"{name}.png");
        File.Delete(picture);
        await DashboardTools.RunAsync(
            TimeSpan.FromSeconds(100), "render/draw.mjs", Path.Combine(DashboardTools.Pictures, "bundle"),
            DashboardTools.PathOf(name), fleet.Prometheus.Url, picture, "since=60");
        Assert.True(new FileInfo(picture).Length > 20_000, "the picture is empty");
    }
}
