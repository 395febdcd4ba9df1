using System.Text.Json;
using FleetExporter.Polling.Targets;
using FleetExporter.Tests.Api.Resources;
using FleetExporter.Tests.OpenClaw;
using Microsoft.Extensions.DependencyInjection;

namespace FleetExporter.Tests.Api.Monitoring;

/// <summary>The whole service with gateways that replay their recordings, at a time shortly after these.</summary>
internal sealed class CostServer : IAsyncDisposable
{
    public static readonly DateTimeOffset Now = new(2026, 11, 21, 16, 0, 0, TimeSpan.Zero);

    private readonly TemporaryFolder _folder = new();
    private readonly Dictionary<string, FakeGateway> _gateways = new(StringComparer.Ordinal);
    private ApiServer _api = null!;

    public FakeClock Clock => _api.Clock;

    public ApiServer Api => _api;

    public FakeGateway this[string name] => _gateways[name];

    /// <param name="answers">By method: payloads that differ from the recorded ones.</param>
    /// <param name="yml">Further keys of fleet.yml.</param>
    public static async Task<CostServer> StartAsync(
        IReadOnlyList<(string Name, string Version)> gateways, IReadOnlyDictionary<string, string>? answers = null, string yml = "")
    {
        var server = new CostServer();
        server._folder.Write("token", FakeGateway.Token + "\n");
        foreach (var (name, version) in gateways)
        {
            var gateway = await FakeGateway.StartAsync();
            gateway.Version = version;
            gateway.AnswerOverride = async (method, connection) =>
            {
                if (answers?.GetValueOrDefault(method) is not { } payload)
                {
                    return false;
                }

                await connection.TextAsync(FakeGateway.Answer(connection.Id, payload));
                return true;
            };
            server._gateways[name] = gateway;
        }

        var api = server._api = await ApiServer.StartAsync("listen: 127.0.0.1:0\nhosts: [{ name: box }]\n");
        api.Clock.SetWall(Now - api.Clock.GetUtcNow());
        api.WriteConfig($"listen: 127.0.0.1:0\nhosts: [{{ name: box }}]\n{yml}gateways:\n" + string.Concat(server._gateways.Select(g =>
            $"- {{ name: {g.Key}, host: box, url: \"{g.Value.Url}\", token_file: {server._folder.PathOf("token")}, timeout: 20s }}\n")));
        await api.DoAsync("POST", "/-/reload");

        // Unsettled usage is requested again, up to a limit.
        for (var polls = 0; polls < 7; polls++)
        {
            await server.PollAsync();
        }

        return server;
    }

    public Task PollAsync() => _api.Services.GetRequiredService<TargetSet>().PollNowAsync(TestContext.Current.CancellationToken);

    public Task<JsonElement> JsonAsync(string path) => _api.JsonAsync($"/api/monitoring/{path}");

    public Task<string> TextAsync(string path) => _api.TextAsync($"/api/monitoring/{path}");

    public Task<string> MetricsAsync() => _api.TextAsync("/metrics");

    public async Task<JsonElement[]> ItemsAsync(string path) => [.. (await JsonAsync(path)).GetProperty("items").EnumerateArray()];

    public Task<(int Status, JsonElement Problem)> FailAsync(string path) => _api.FailAsync(HttpMethod.Get, $"/api/monitoring/{path}");

    public async ValueTask DisposeAsync()
    {
        await _api.DisposeAsync();
        foreach (var gateway in _gateways.Values)
        {
            await gateway.DisposeAsync();
        }

        _folder.Dispose();
    }
}
