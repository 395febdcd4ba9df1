using System.Text.Json;
using FleetExporter.IntegrationTests.Parts;
using FleetExporter.Tests.Api;

namespace FleetExporter.IntegrationTests;

/// <summary>Parses every answer of a simulated fleet with typed models: no member is missing and integers are integers.</summary>
public sealed class ClientModelsTests
{
    [Fact]
    public async Task Every_host_and_session_of_a_simulated_fleet_matches_the_models()
    {
        using var folder = new TestFolder();
        await using var exporter = await Exporter.StartAsync(folder, "poll_interval: 1s\nhosts: []\n", null, "--simulate", "20");
        await exporter.UntilAsync(
            "all hosts and what their sessions use",
            p => p.Of("fleet_host_status", ("status", "offline")).Count(s => s.Value == 1) == 2 && p.Of("fleet_tmux_session_gpu_memory_bytes").Any());
        HashSet<double> seen = [];
        for (var round = 0; round < 4; round++)
        {
            var hosts = await ItemsAsync(exporter, "/api/hosts");
            var sessions = await ItemsAsync(exporter, "/api/sessions");

            Assert.Equal(20, hosts.Count);
            Assert.NotEmpty(sessions);
            Assert.Empty(hosts.SelectMany(host => ClientModels.Misfits("host", host)));
            Assert.Empty(sessions.SelectMany(session => ClientModels.Misfits("session", session)));
            foreach (var host in hosts)
            {
                var one = await ReadAsync(exporter, "/api/hosts/" + Uri.EscapeDataString(host.GetProperty("hostname").GetString()!));
                Assert.Empty(ClientModels.Misfits("host", one));
            }

            foreach (var session in sessions.Take(20))
            {
                var one = await ReadAsync(exporter, "/api/sessions/" + Uri.EscapeDataString(session.GetProperty("id").GetString()!));
                Assert.Empty(ClientModels.Misfits("session", one));
            }

            var used = hosts.Select(h => h.GetProperty("memory_used_mb")).Where(m => m.ValueKind == JsonValueKind.Number);
            seen.UnionWith(used.Select(m => m.GetDouble()));
            await Task.Delay(TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken);
        }

        Assert.True(seen.Count > 20, "nothing moved");
    }

    private static async Task<IReadOnlyList<JsonElement>> ItemsAsync(Exporter exporter, string path) =>
        [.. (await ReadAsync(exporter, path)).GetProperty("items").EnumerateArray()];

    private static async Task<JsonElement> ReadAsync(Exporter exporter, string path) =>
        JsonElement.Parse(await exporter.Http.GetStringAsync(path, TestContext.Current.CancellationToken));
}
