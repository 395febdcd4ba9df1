using System.Text.Json.Nodes;
using FleetExporter.IntegrationTests.Parts;

namespace FleetExporter.IntegrationTests.Alerts;

/// <summary><c>fleet-exporter doctor</c> beside a running exporter, Prometheus and Alertmanager.</summary>
public sealed class DoctorTests : IDisposable
{
    private readonly TestFolder _folder = new();

    [Fact]
    public async Task A_complete_installation_has_no_failure_and_a_stopped_Prometheus_is_one()
    {
        var port = Ports.Free();
        var config = await AlertmanagerServer.ConfigAsync(
            _folder, new Dictionary<string, string> { ["FLEET_URL"] = $"http://127.0.0.1:{port}", ["WEBHOOK_URL"] = "http://127.0.0.1:9/none" });
        await using var alertmanager = await AlertmanagerServer.StartAsync(_folder, config);
        var prometheus = await PrometheusServer.WithRulesAsync(_folder, new Dictionary<string, string>
        {
            ["FLEET_ADDRESS"] = $"127.0.0.1:{port}",
            ["ALERTMANAGER_ADDRESS"] = $"127.0.0.1:{alertmanager.Port}",
        });
        await using (prometheus)
        {
            await using var exporter = await Exporter.StartAsync(
                _folder,
                $"hosts: [{{ name: here, gpu: false }}]\n"
                + $"prometheus: {{ url: \"{prometheus.Url}\" }}\nalertmanager: {{ url: \"{alertmanager.Url}\" }}\n"
                + $"keys: [{{ name: alertmanager, scopes: [push], hash: \"{await AlertmanagerServer.KeyHashAsync(_folder)}\" }}]\n",
                null, "--listen", $"127.0.0.1:{port}");

            var last = "";
            var findings = await Until.SeenAsync(
                async () =>
                {
                    var (exit, found) = await RunAsync();
                    last = string.Join('\n', found.Values);
                    return exit == 0 && new[] { "scrape", "rules", "alerts", "watchdog", "received alerts" }.All(s => found[s].Text("status") == "ok")
                        ? found
                        : null;
                },
                "all checks are ok", () => last, TimeSpan.FromMinutes(2));

            Assert.Contains($"scrapes 127.0.0.1:{port}", findings["scrape"].Text("detail"), StringComparison.Ordinal);
            Assert.Contains("fleet.gpu_hardware", findings["rules"].Text("detail"), StringComparison.Ordinal);
            Assert.Contains($"runs at http://127.0.0.1:{port}", findings["listen"].Text("detail"), StringComparison.Ordinal);
            foreach (var subject in new[] { "store", "data_dir", "admin key", "fleet.yml", "clock", "prometheus", "alertmanager" })
            {
                Assert.True(findings[subject].Text("status") == "ok", last);
            }
        }

        var (failed, after) = await RunAsync();
        Assert.Equal((1, "failed", "skipped"), (failed, after["prometheus"].Text("status"), after["scrape"].Text("status")));
    }

    public void Dispose() => _folder.Dispose();

    private async Task<(int Exit, Dictionary<string, JsonNode> Findings)> RunAsync()
    {
        var result = await Tool.TryAsync(Repository.Service, ["--config", _folder.PathOf("fleet.yml"), "doctor", "--format", "json"]);
        var findings = JsonNode.Parse(result.Output)!.AsArray();
        return (result.Exit, findings.DistinctBy(f => f!.Text("subject")).ToDictionary(f => f!.Text("subject"), f => f!));
    }
}
