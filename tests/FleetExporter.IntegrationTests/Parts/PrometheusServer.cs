using System.Text.Json.Nodes;

namespace FleetExporter.IntegrationTests.Parts;

/// <summary>A real Prometheus with a data folder of its own.</summary>
internal sealed class PrometheusServer : IAsyncDisposable
{
    private readonly Child _process;
    private readonly HttpClient _http;

    private PrometheusServer(Child process, int port)
    {
        _process = process;
        _http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
    }

    public string Log => _process.Said;

    public string Url => _http.BaseAddress!.ToString().TrimEnd('/');

    /// <param name="scrapeConfigs">The list below <c>scrape_configs:</c>; @PORT@ is its own port.</param>
    /// <param name="ruleFiles">Files of rules, which are evaluated every second.</param>
    public static async Task<PrometheusServer> StartAsync(TestFolder folder, string scrapeConfigs, params IReadOnlyList<string> ruleFiles)
    {
        var text = $"global: {{ scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s }}\nrule_files: [{string.Join(", ", ruleFiles)}]\nscrape_configs:\n{scrapeConfigs}\n";
        for (var tries = 0; ; tries++)
        {
            var port = Ports.Free();
            var config = folder.Write("prometheus.yml", text.Replace("@PORT@", $"{port}", StringComparison.Ordinal));
            var server = new PrometheusServer(
                Child.Start(
                    "prometheus",
                    [$"--config.file={config}", $"--storage.tsdb.path={folder.PathOf("tsdb")}", $"--web.listen-address=127.0.0.1:{port}"],
                    folder.Path),
                port);
            await Until.SeenAsync(
                async () => server._process.HasExited || (await server._http.GetAsync("/-/ready")).IsSuccessStatusCode ? server : null,
                "Prometheus is ready",
                () => server.Log);
            if (!server._process.HasExited)
            {
                return server;
            }

            await server.DisposeAsync();
            Assert.True(tries < 3, server.Log);
        }
    }

    /// <summary>The samples of an instant query.</summary>
    public async Task<IReadOnlyList<JsonNode>> QueryAsync(string query) =>
        JsonNode.Parse(await _http.GetStringAsync($"/api/v1/query?query={Uri.EscapeDataString(query)}"))!["data"]!.List("result");

    /// <summary>What it answers to a path below /api/v1, an error too.</summary>
    public async Task<JsonNode> AskAsync(string path)
    {
        using var answer = await _http.GetAsync($"/api/v1/{path}");
        return JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
    }

    /// <summary>The samples as soon as there are any.</summary>
    public Task<IReadOnlyList<JsonNode>> UntilAsync(string query) =>
        Until.SeenAsync(async () => await QueryAsync(query) is { Count: > 0 } found ? found : null, $"Prometheus has {query}", () => Log);

    public async Task<IReadOnlyList<JsonNode>> TargetsAsync() =>
        JsonNode.Parse(await _http.GetStringAsync("/api/v1/targets?state=active"))!["data"]!.List("activeTargets");

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _process.DisposeAsync();
    }
}

internal static class Promtool
{
    /// <summary>What the linter says of a page; empty when it has nothing to say.</summary>
    public static async Task<string> CheckMetricsAsync(string page)
    {
        var result = await Tool.TryAsync("promtool", ["check", "metrics"], page);
        return result.Exit == 0 && result.Error.Length == 0 ? "" : $"exit {result.Exit}: {result.Output}{result.Error}";
    }
}
