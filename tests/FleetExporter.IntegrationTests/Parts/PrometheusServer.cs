using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace FleetExporter.IntegrationTests.Parts;

/// <summary>A real Prometheus with its own data folder.</summary>
internal sealed partial class PrometheusServer : IAsyncDisposable
{
    private readonly Child _process;
    private readonly HttpClient _http;

    private PrometheusServer(Child process, int port)
    {
        _process = process;
        _http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
    }

    public string Log => _process.Output;

    public string Url => _http.BaseAddress!.ToString().TrimEnd('/');

    /// <param name="scrapeConfigs">The list below <c>scrape_configs:</c>; @PORT@ is its own port.</param>
    /// <param name="ruleFiles">Files of rules, which are evaluated every second.</param>
    public static Task<PrometheusServer> StartAsync(TestFolder folder, string scrapeConfigs, params IReadOnlyList<string> ruleFiles) => RunAsync(
        folder,
        $"global: {{ scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s }}\nrule_files: [{string.Join(", ", ruleFiles)}]\n"
            + $"scrape_configs:\n{scrapeConfigs}\n");

    /// <summary>With the project's own configuration and rules, in which a minute is a second.</summary>
    /// <param name="environment">For scripts/prometheus-config.</param>
    public static async Task<PrometheusServer> WithRulesAsync(TestFolder folder, IReadOnlyDictionary<string, string> environment)
    {
        var rules = folder.Make("rules");
        foreach (var file in Directory.GetFiles(Repository.PathOf("prometheus", "rules"), "*.rules.yml"))
        {
            var text = Minutes().Replace(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken), "$1$2s");
            folder.Write($"rules/{Path.GetFileName(file)}", Hours().Replace(text, "$1$2m"));
        }

        var written = await Tool.TryAsync(
            Repository.PathOf("scripts", "prometheus-config"), [], null, new Dictionary<string, string>(environment) { ["RULES"] = rules });
        Assert.True(written.Exit == 0, written.Error);
        return await RunAsync(folder, written.Output.Replace("15s", "1s", StringComparison.Ordinal));
    }

    private static async Task<PrometheusServer> RunAsync(TestFolder folder, string yml)
    {
        // Alerts that fire before Prometheus has discovered its Alertmanager are sent again after the resend delay, a minute by default.
        for (var tries = 0; ; tries++)
        {
            var port = Ports.Free();
            var config = folder.Write("prometheus.yml", yml.Replace("@PORT@", $"{port}", StringComparison.Ordinal));
            var server = new PrometheusServer(
                Child.Start(
                    "prometheus",
                    [
                        $"--config.file={config}", $"--storage.tsdb.path={folder.PathOf("tsdb")}",
                        $"--web.listen-address=127.0.0.1:{port}", "--rules.alert.resend-delay=5s",
                        "--storage.tsdb.retention.time=60d"
                    ],
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

    [GeneratedRegex("(for: )([0-9]+)m")]
    private static partial Regex Minutes();

    [GeneratedRegex("(for: )([0-9]+)h")]
    private static partial Regex Hours();
}

internal static class Promtool
{
    /// <summary>The findings of promtool's linter; empty if there are none.</summary>
    public static async Task<string> CheckMetricsAsync(string page)
    {
        var result = await Tool.TryAsync("promtool", ["check", "metrics"], page);
        return result.Exit == 0 && result.Error.Length == 0 ? "" : $"exit {result.Exit}: {result.Output}{result.Error}";
    }

    /// <summary>Fills the storage of a Prometheus that is not running yet.</summary>
    /// <param name="lines">OpenMetrics samples with timestamps, without the end marker; each family in one piece.</param>
    public static async Task BackfillAsync(TestFolder folder, IEnumerable<string> lines)
    {
        var file = folder.PathOf("samples.om");
        await File.WriteAllLinesAsync(file, lines.Append("# EOF"), TestContext.Current.CancellationToken);
        // Blocks of two hours would read the file again for each of them.
        var result = await Tool.TryAsync(
            "promtool", ["tsdb", "create-blocks-from", "openmetrics", "--max-block-duration=744h", file, folder.PathOf("tsdb")]);
        Assert.True(result.Exit == 0, result.Output + result.Error);
        File.Delete(file);
    }
}
