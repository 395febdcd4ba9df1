using System.Net;
using System.Text.Json.Nodes;
using FleetExporter.IntegrationTests.Parts;

namespace FleetExporter.IntegrationTests;

/// <summary>History from a real Prometheus, and the whole workflow over the API with curl.</summary>
public sealed class HistoryTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task History_comes_from_Prometheus_per_GPU()
    {
        await using var machine = await MachineAsync();
        await using var exporter = await Exporter.StartAsync(machine.Folder, ConnectionsTests.WithoutHosts(machine));
        await ConnectionsTests.DoAsync(exporter, HttpMethod.Post, "/api/dgx/connections", ConnectionsTests.Connection(machine));
        string url;
        await using (var prometheus = await ScrapedAsync(machine, exporter))
        {
            url = prometheus.Url;
            await prometheus.UntilAsync("fleet_gpu_power_draw_watts{host='dgx-1'} > 0");
            var now = (await exporter.JsonAsync("/api/dgx/metrics/dgx-1")).List("gpus");
            // The last point is of this moment, and both sources count a GPU once.
            var history = await Until.SeenAsync(
                async () => await exporter.JsonAsync("/api/dgx/metrics/dgx-1/history?hours=0.01&step=1s") is var h
                    && h.List("series").Count == now.Count ? h : null,
                "history is there", () => prometheus.Log);

            Assert.Equal(1, history.Number("step_seconds"));
            Assert.Equal(TimeSpan.FromHours(0.01), At(history["to"]!) - At(history["from"]!));
            Assert.Equal(now.Select(g => $"{g["index"]}"), history.List("series").Select(s => s.Text("gpu")));
            foreach (var (gpu, series) in now.Zip(history.List("series")))
            {
                foreach (var (name, field) in new[]
                    {
                        ("utilization_percent", "gpu_utilization"), ("memory_used_mb", "memory_used_mb"), ("memory_total_mb", "memory_total_mb"),
                        ("temperature_c", "temperature_c"), ("power_draw_watts", "power_watts"),
                    })
                {
                    var points = series.List(field);
                    Assert.NotEmpty(points);
                    Assert.All(points, p => Assert.InRange(At(p[0]!), At(history["from"]!), At(history["to"]!)));
                    Assert.Equal(Math.Round(gpu.Number(name)!.Value, 1), points[^1][1]!.GetValue<double>());
                }
            }
        }

        using var down = await exporter.Http.GetAsync("/api/dgx/metrics/dgx-1/history", Stop);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, down.StatusCode);
        Assert.Contains(new Uri(url).Authority, await down.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_workflow_with_curl_succeeds()
    {
        await using var machine = await MachineAsync();
        await using var exporter = await Exporter.StartAsync(machine.Folder, ConnectionsTests.WithoutHosts(machine));
        await using var prometheus = await ScrapedAsync(machine, exporter);

        var result = await Tool.TryAsync(
            "bash", [Repository.PathOf("tests", "FleetExporter.IntegrationTests", "dgx-workflow.sh")], null, new Dictionary<string, string>
            {
                ["BASE"] = exporter.Http.BaseAddress!.ToString().TrimEnd('/'),
                ["KEY"] = exporter.Http.DefaultRequestHeaders.GetValues("X-API-Key").Single(),
                ["DGX_HOST"] = "127.0.0.1",
                ["DGX_PORT"] = $"{machine.Server.Port}",
                ["DGX_USER"] = machine.User.Name,
                ["DGX_KEY"] = machine.Server.ClientKey,
            });

        Assert.True(result.Exit == 0, $"{result.Exit}: {result.Output}{result.Error}\n{exporter.Log}");
        Assert.EndsWith("workflow ok", result.Trimmed, StringComparison.Ordinal);
    }

    /// <summary>Prometheus scrapes the exporter, and the exporter learns of it by a reload, which keeps its connections.</summary>
    /// <param name="yml">More of fleet.yml.</param>
    internal static async Task<PrometheusServer> ScrapedAsync(WatchedMachine machine, Exporter exporter, string yml = "")
    {
        var prometheus = await PrometheusServer.StartAsync(machine.Folder, $$"""
              - { job_name: fleet, honor_labels: true, static_configs: [{ targets: ["{{exporter.Http.BaseAddress!.Authority}}"] }] }
              - { job_name: probes, honor_labels: true, http_sd_configs: [{ url: "{{exporter.Http.BaseAddress}}sd/hosts", refresh_interval: 1s }] }
            """);
        machine.Folder.Write("fleet.yml", $"{ConnectionsTests.WithoutHosts(machine)}{yml}prometheus: {{ url: \"{prometheus.Url}\" }}\n");
        await ConnectionsTests.DoAsync(exporter, HttpMethod.Post, "/-/reload");
        return prometheus;
    }

    private static DateTimeOffset At(JsonNode node) => node.GetValue<DateTimeOffset>();

    internal static async Task<WatchedMachine> MachineAsync()
    {
        var machine = await WatchedMachine.StartAsync(path: FakeNvidiaSmi.FolderIn);
        FakeNvidiaSmi.H100(machine.Folder);
        return machine;
    }
}
