using FleetExporter.IntegrationTests.Parts;

namespace FleetExporter.IntegrationTests.Alerts;

public sealed class HealthyFleetTests
{
    /// <summary>Two DGX Sparks, two RTX 3090, two 8-GPU servers, a Raspberry Pi, a Proxmox node.</summary>
    private static readonly int[] Healthy = [0, 1, 2, 3, 4, 5, 6, 8];

    [Fact]
    public async Task Nothing_fires_on_a_healthy_fleet_within_an_hour()
    {
        using var folder = new TestFolder();
        var test = folder.Write("hour.test.yml", await SimulatedHour.OfAsync(folder, Healthy));
        var result = await Tool.TryAsync("promtool", ["test", "rules", test]);
        Assert.True(result.Exit == 0, result.Error + result.Output);
    }

    [Fact]
    public async Task An_offline_host_and_a_lost_GPU_do_fire_alerts()
    {
        using var folder = new TestFolder();
        var test = folder.Write("hour.test.yml", await SimulatedHour.OfAsync(folder, 3, 7, 9));
        var result = await Tool.TryAsync("promtool", ["test", "rules", test]);
        Assert.NotEqual(0, result.Exit);
        var said = result.Error + result.Output;
        Assert.Contains("alertname: FleetGpuLost, time: 5m", said, StringComparison.Ordinal);
        Assert.Contains("alertname: FleetHostOffline, time: 10m", said, StringComparison.Ordinal);
        Assert.DoesNotContain("raspberry-pi-3", said, StringComparison.Ordinal);
    }
}
