using System.Net.Http.Json;
using FleetExporter.IntegrationTests.Parts;

namespace FleetExporter.IntegrationTests.Dashboards;

/// <summary>
/// Twenty simulated hosts with all that runs on them, watched by the service, and a Prometheus that scrapes it every second with the rules of
/// prometheus/.
/// </summary>
public sealed class WatchedFleet : IAsyncLifetime
{
    private readonly TestFolder _folder = new();
    private Exporter _exporter = null!;

    internal PrometheusServer Prometheus { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        _exporter = await Exporter.StartAsync(_folder, "poll_interval: 1s\n", null, "--simulate", "20");
        await RecordJobsAsync();
        var rules = Path.Combine(Repository.Root, "prometheus", "rules", "*.rules.yml");
        Prometheus = await PrometheusServer.StartAsync(
            _folder,
            $$"""
              - { job_name: fleet, static_configs: [{ targets: ["{{_exporter.Http.BaseAddress!.Authority}}"] }] }
              - { job_name: prometheus, static_configs: [{ targets: ["127.0.0.1:@PORT@"] }] }
            """,
            rules);
        // Long enough for every collector's first turn, and for rates over a window of ten seconds.
        await Prometheus.UntilAsync("count_over_time(up{job='fleet'}[1m]) >= 20 and on () count(host:fleet_host_cpu_busy:ratio5m) >= 18");
    }

    /// <summary>Records jobs that run elsewhere.</summary>
    private async Task RecordJobsAsync()
    {
        await MakeAsync("projects", new { connection_id = "gpu-server-1", name = "vision", project_type = "computer_vision" });
        string[] ends = ["running", "running", "completed", "failed", "pending"];
        foreach (var (n, status) in ends.Index())
        {
            await MakeAsync("jobs", new
            {
                project_id = "vision",
                name = $"vit-{n + 1}",
                status,
                metrics = new { epoch = 25 + n, train_loss = 0.342 / (n + 1), val_accuracy = 0.921 }
            });
        }

        async Task MakeAsync(string what, object body)
        {
            using var made = await _exporter.Http.PostAsJsonAsync($"/api/dgx/{what}", body, TestContext.Current.CancellationToken);
            made.EnsureSuccessStatusCode();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Prometheus is not null)
        {
            await Prometheus.DisposeAsync();
        }

        if (_exporter is not null)
        {
            await _exporter.DisposeAsync();
        }

        _folder.Dispose();
    }
}

[CollectionDefinition(Name)]
public sealed class WatchedFleetTests : ICollectionFixture<WatchedFleet>
{
    public const string Name = "a watched fleet";
}
