using System.Net.Http.Json;
using System.Text.Json;
using FleetExporter.Config;
using FleetExporter.Polling.Targets;
using FleetExporter.Simulation;
using FleetExporter.Targets.Providers;
using FleetExporter.Targets.Services;
using FleetExporter.Targets.Tunnels;

namespace FleetExporter.Tests.Simulation;

public sealed class SimulatedTargetsTests
{
    private static readonly FleetConfig Empty =
        new() { DataDir = "/tmp", Ssh = new SshDefaults { Host = new SshConfig { KnownHosts = "/dev/null" } } };

    private readonly FakeClock _clock = new();

    [Fact]
    public async Task Targets_run_on_a_simulated_host_that_has_their_units()
    {
        await using var targets = await SimulatedTargets.StartAsync(TargetCatalog.All, _clock, TestContext.Current.CancellationToken);

        var config = SimulatedFleet.With(Empty, 3, null, targets);

        var host = config.Hosts[0];
        var all = config.Targets;
        Assert.All(all, t => Assert.Equal(host.Name, t.Host));
        Assert.NotNull(host.Simulated);
        Assert.Subset(
            host.Units.ToHashSet(), config.Targets.Select(t => t.Unit).OfType<UnitName>().ToHashSet());
        Assert.Equal(
            (6, 2, 3),
            (config.TargetsOf<ServiceConfig>().Count, config.TargetsOf<ProviderConfig>().Count, config.TargetsOf<TunnelConfig>().Count));
        Assert.Empty(SimulatedFleet.With(config, 3).Targets);
    }

    [Fact]
    public async Task Services_answer_one_loads_and_one_fails_periodically()
    {
        await using var targets = await SimulatedTargets.StartAsync(TargetCatalog.All, _clock, TestContext.Current.CancellationToken);
        using var http = new HttpClient();
        var seen = new HashSet<string>();
        for (var minute = 0; minute < 5; minute++)
        {
            foreach (var service in SimulatedFleet.With(Empty, 1, null, targets).TargetsOf<ServiceConfig>())
            {
                var answer = await http.GetFromJsonAsync<JsonElement>(service.Url, TestContext.Current.CancellationToken);
                Assert.NotEmpty(answer.GetProperty("model").GetString()!);
                seen.Add($"{service.Name} {answer.GetProperty("status").GetString()}");
            }

            _clock.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.Equal(
            ["docutils error", "docutils ok", "embeddings ok", "imagegen loading", "stt ok", "tts ok", "vision ok"],
            seen.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Providers_answer_what_a_llama_server_does_and_their_counters_rise()
    {
        await using var targets = await SimulatedTargets.StartAsync(TargetCatalog.All, _clock, TestContext.Current.CancellationToken);
        using var http = new HttpClient();
        foreach (var provider in SimulatedFleet.With(Empty, 1, null, targets).TargetsOf<ProviderConfig>())
        {
            Task<JsonElement> Json(string path) => http.GetFromJsonAsync<JsonElement>(provider.Url + path, TestContext.Current.CancellationToken);

            Assert.Equal("ok", (await Json("/health")).GetProperty("status").GetString());
            Assert.EndsWith(".gguf", (await Json("/v1/models")).GetProperty("data")[0].GetProperty("id").GetString(), StringComparison.Ordinal);
            Assert.Equal((await Json("/props")).GetProperty("total_slots").GetInt32(), (await Json("/slots")).GetArrayLength());
            var before = await TokensAsync(http, provider.Url);
            _clock.Advance(TimeSpan.FromSeconds(10));
            Assert.True(await TokensAsync(http, provider.Url) > before);
        }
    }

    private static async Task<double> TokensAsync(HttpClient http, Uri url)
    {
        var text = await http.GetStringAsync(url + "/metrics", TestContext.Current.CancellationToken);
        var line = text.Split('\n').Single(l => l.StartsWith("llamacpp:tokens_predicted_total ", StringComparison.Ordinal));
        return double.Parse(line.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);
    }
}
