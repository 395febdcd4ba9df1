using System.Text.Json.Nodes;
using FleetExporter.History;
using FleetExporter.IntegrationTests.Parts;

namespace FleetExporter.IntegrationTests;

/// <summary>Every value of every kind of subject, from a Prometheus that scrapes the simulated fleet.</summary>
public sealed class HistoryValuesTests
{
    private static readonly string[] LongRanges = ["24h", "7d", "30d"];

    private static readonly (SubjectKind Kind, string Subject)[] Subjects =
    [
        (SubjectKind.Host, "host:gpu-server-1"), (SubjectKind.Gpu, "gpu:gpu-server-1/5"), (SubjectKind.Service, "service:embeddings"),
        (SubjectKind.Provider, "provider:qwen-coder"), (SubjectKind.Gateway, "gateway:openclaw"), (SubjectKind.Tunnel, "tunnel:dgx-llm"),
    ];

    /// <summary>What the simulated fleet has no series of.</summary>
    private static readonly string[] Absent =
    [
        "fan", // Data centre GPUs have none.
        "certificate", // Simulated targets have no TLS.
    ];

    [Fact]
    public async Task Every_value_has_data_and_what_two_jobs_scrape_counts_once()
    {
        using var folder = new TestFolder();
        await using var exporter = await Exporter.StartAsync(folder, "poll_interval: 1s\n", null, "--simulate", "10");
        await using var prometheus = await PrometheusServer.StartAsync(folder, $$"""
              - { job_name: fleet, honor_labels: true, static_configs: [{ targets: ["{{exporter.Http.BaseAddress!.Authority}}"] }] }
              - { job_name: probes, honor_labels: true, http_sd_configs: [{ url: "{{exporter.Http.BaseAddress}}sd/hosts", refresh_interval: 1s }] }
            """);
        folder.Write("fleet.yml", $"poll_interval: 1s\nprometheus: {{ url: \"{prometheus.Url}\" }}\n");
        using (var reload = await exporter.Http.PostAsync("/-/reload", null, TestContext.Current.CancellationToken))
        {
            Assert.True(reload.IsSuccessStatusCode, exporter.Log);
        }

        await prometheus.UntilAsync(
            "count by (host) (fleet_gpu_temperature_celsius{host='gpu-server-1', gpu='5'}) == 2 and on () fleet_llamacpp_prompt_tokens_total"
                + " and on () fleet_openclaw_cost_usd and on () rate(fleet_host_cpu_seconds_total{host='gpu-server-1', mode='idle'}[20s]) > 0");
        Assert.Equal(Enum.GetValues<SubjectKind>(), Subjects.Select(s => s.Kind));
        foreach (var (kind, subject) in Subjects)
        {
            foreach (var value in HistoryValues.Of(kind))
            {
                await UntilAnsweredAsync(exporter, subject, value, "1h");
                foreach (var range in LongRanges)
                {
                    await UntilAnsweredAsync(exporter, subject, value, range);
                }
            }
        }

        var temperature = await AskAsync(exporter, "gpu:gpu-server-1/5", "temperature", "1h");
        Assert.Equal("GPU 5", Assert.Single(temperature.List("series")).Text("name"));
        Assert.Equal(8, (await AskAsync(exporter, "host:gpu-server-1", "gpu_temperature", "24h")).List("series").Count);
        var lab = (await AskAsync(exporter, "tunnel:lab", "parts", "24h")).List("series");
        Assert.Equal(["data", "tcp", "unit"], lab.Select(s => s.Text("name")));
        Assert.Equal([0.0, 1.0, 1.0], lab.Select(s => s.List("max").Last(v => v is not null)!.GetValue<double>()));
        var offline = (await AskAsync(exporter, "host:offline-1", "up", "24h")).List("series");
        Assert.Equal(0, Assert.Single(offline).List("max")[^1]!.GetValue<double>());
    }

    private static Task<JsonNode> AskAsync(Exporter exporter, string subject, string value, string range) =>
        exporter.JsonAsync($"/api/history?subject={Uri.EscapeDataString(subject)}&value={value}&range={range}");

    private static Task<JsonNode> UntilAnsweredAsync(Exporter exporter, string subject, HistoryValue value, string range)
    {
        var last = "";
        return Until.SeenAsync(
            async () =>
            {
                var history = await AskAsync(exporter, subject, value.Name, range);
                last = $"{subject} {value.Name} {range}: {history.ToJsonString()[..300]}";
                var series = history.List("series");
                if (Absent.Contains(value.Name))
                {
                    // It is a valid query all the same.
                    Assert.Contains("has no values of", history.Text("hint"), StringComparison.Ordinal);
                    return history;
                }

                return history.Text("source") == "prometheus" && series.Count > 0
                    && series.All(s => s.List("min").Any(v => v is not null) && s.List("avg").Any(v => v is not null)) ? history : null;
            },
            $"{subject} has {value.Name}", () => last);
    }
}
