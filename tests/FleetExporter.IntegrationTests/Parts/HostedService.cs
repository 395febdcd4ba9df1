using System.Text.Json.Nodes;
using FleetExporter.Config;
using FleetExporter.Config.Binding;
using FleetExporter.Polling.Targets;
using Microsoft.AspNetCore.Builder;

namespace FleetExporter.IntegrationTests.Parts;

/// <summary>The exporter inside the test process, for access to its internals.</summary>
internal sealed class HostedService : IAsyncDisposable
{
    private readonly WebApplication _app;

    private HostedService(WebApplication app, int port, string adminKey)
    {
        _app = app;
        Port = port;
        Http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}"), Timeout = TimeSpan.FromSeconds(20) };
        Http.DefaultRequestHeaders.Add("X-API-Key", adminKey);
    }

    public int Port { get; }

    /// <summary>Sends the admin key with every request.</summary>
    public HttpClient Http { get; }

    public IServiceProvider Services => _app.Services;

    public static async Task<HostedService> StartAsync(TestFolder folder, int port, string yml)
    {
        var path = folder.Write("fleet.yml", $"listen: 127.0.0.1:{port}\n{yml}");
        ConfigResult Load() => ConfigFile.Load(path, TargetCatalog.Kinds, Environment.GetEnvironmentVariable);
        var loaded = Load();
        Assert.Empty(loaded.Errors);
        var app = Program.Build(new LiveConfig(loaded.Config!, Load, TimeProvider.System), []);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new HostedService(app, port, File.ReadAllText(folder.PathOf("data", "admin.key")).Trim());
    }

    public async Task<JsonNode> JsonAsync(string path) => JsonNode.Parse(await Http.GetStringAsync(path))!;

    public async Task<Page> PageAsync() => Page.Parse(await Http.GetStringAsync("/metrics"));

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
