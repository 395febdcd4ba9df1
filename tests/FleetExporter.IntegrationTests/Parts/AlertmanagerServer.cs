using System.Text.Json.Nodes;

namespace FleetExporter.IntegrationTests.Parts;

/// <summary>A real Alertmanager with its own data folder.</summary>
internal sealed class AlertmanagerServer : IAsyncDisposable
{
    private readonly Child _process;
    private readonly HttpClient _http;

    private AlertmanagerServer(Child process, int port)
    {
        _process = process;
        Port = port;
        _http = new HttpClient { BaseAddress = new Uri(Url) };
    }

    public int Port { get; }

    public string Url => $"http://127.0.0.1:{Port}";

    public string Log => _process.Output;

    /// <param name="config">Path of its configuration.</param>
    public static async Task<AlertmanagerServer> StartAsync(TestFolder folder, string config)
    {
        for (var tries = 0; ; tries++)
        {
            var port = Ports.Free();
            var server = new AlertmanagerServer(
                Child.Start(
                    "prometheus-alertmanager",
                    [
                        $"--config.file={config}", $"--storage.path={folder.PathOf("alertmanager-data")}",
                        $"--web.listen-address=127.0.0.1:{port}", "--cluster.listen-address="
                    ],
                    folder.Path),
                port);
            await Until.SeenAsync(
                async () => server._process.HasExited || (await server._http.GetAsync("/-/ready")).IsSuccessStatusCode ? server : null,
                "Alertmanager is ready",
                () => server.Log);
            if (!server._process.HasExited)
            {
                return server;
            }

            await server.DisposeAsync();
            Assert.True(tries < 3, server.Log);
        }
    }

    /// <summary>Writes the routes and receivers that scripts/alertmanager-config makes of the environment, with waits of a second or two.</summary>
    public static async Task<string> ConfigAsync(TestFolder folder, IReadOnlyDictionary<string, string> environment)
    {
        var path = folder.PathOf("alertmanager.yml");
        var written = await Tool.TryAsync(Repository.PathOf("scripts", "alertmanager-config"), ["--output", path], null, environment);
        Assert.True(written.Exit == 0, written.Error);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        var text = await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken);
        var shorter = text.Replace("group_wait: 30s", "group_wait: 2s", StringComparison.Ordinal)
            .Replace("group_interval: 5m", "group_interval: 2s", StringComparison.Ordinal);
        Assert.NotEqual(text, shorter);
        return folder.Write("alertmanager.yml", shorter);
    }

    /// <summary>The hash of the key that <see cref="ConfigAsync"/> gave it.</summary>
    public static async Task<string> KeyHashAsync(TestFolder folder) =>
        (await Tool.RunAsync(Repository.PathOf("scripts", "key-file"), folder.PathOf("alertmanager.key"))).Trimmed;

    /// <summary>Posts alerts to it, as Prometheus does.</summary>
    public async Task PostAsync(params IEnumerable<JsonObject> alerts)
    {
        using var body = new StringContent(new JsonArray([.. alerts]).ToJsonString(), System.Text.Encoding.UTF8, "application/json");
        (await _http.PostAsync("/api/v2/alerts", body, TestContext.Current.CancellationToken)).EnsureSuccessStatusCode();
    }

    /// <summary>Queries it with amtool.</summary>
    public async Task<JsonNode> AskAsync(params IEnumerable<string> arguments) =>
        JsonNode.Parse((await Tool.RunAsync("amtool", [.. arguments, "-o", "json", $"--alertmanager.url={Url}"])).Output)!;

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _process.DisposeAsync();
    }
}
