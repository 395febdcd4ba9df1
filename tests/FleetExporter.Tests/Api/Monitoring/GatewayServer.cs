using System.Text.Json;
using FleetExporter.Polling.Targets;
using FleetExporter.Tests.OpenClaw;
using Microsoft.Extensions.DependencyInjection;

namespace FleetExporter.Tests.Api.Monitoring;

/// <summary>The service with gateways that replay recorded answers.</summary>
internal sealed class GatewayServer : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Dictionary<string, FakeGateway> _gateways = new(StringComparer.Ordinal);
    private ApiServer _api = null!;

    public FakeClock Clock => _api.Clock;

    public FakeGateway this[string name] => _gateways[name];

    /// <summary>Starts the service and polls all gateways once.</summary>
    /// <param name="versions">Name and version of each gateway; the version is empty for the newer one.</param>
    /// <param name="answers">By method: payloads of all gateways that differ from the recorded ones.</param>
    public static async Task<GatewayServer> StartAsync(
        IReadOnlyList<(string Name, string Version)> versions, IReadOnlyDictionary<string, string>? answers = null)
    {
        var server = new GatewayServer();
        server._folder.Write("token", FakeGateway.Token + "\n");
        foreach (var (name, version) in versions)
        {
            var gateway = await FakeGateway.StartAsync();
            gateway.Version = version;
            gateway.AnswerOverride = (method, connection) => AnswerAsync(answers, method, connection);
            server._gateways[name] = gateway;
        }

        server._api = await ApiServer.StartAsync(
            "listen: 127.0.0.1:0\nhosts: [{ name: here }]\ngateways:\n" + string.Concat(server._gateways.Select(g =>
                $"- {{ name: {g.Key}, host: here, url: \"{g.Value.Url}\", token_file: {server._folder.PathOf("token")} }}\n")));
        await server.PollAsync();
        return server;
    }

    public Task PollAsync() => _api.Services.GetRequiredService<TargetSet>().PollNowAsync(TestContext.Current.CancellationToken);

    public Task<JsonElement> JsonAsync(string path) => _api.JsonAsync($"/api/monitoring/{path}");

    public async Task<JsonElement[]> ItemsAsync(string path) => [.. (await JsonAsync(path)).GetProperty("items").EnumerateArray()];

    /// <summary>The status of a request that fails, and the fields that it names.</summary>
    public async Task<(int Status, string Fields)> FailAsync(string path)
    {
        var (status, problem) = await _api.FailAsync(HttpMethod.Get, $"/api/monitoring/{path}");
        return (status, problem.TryGetProperty("errors", out var errors) ? string.Join(' ', errors.EnumerateObject().Select(e => e.Name)) : "");
    }

    /// <summary>Once a gateway has got a further request, lets the time pass in which it may answer.</summary>
    /// <param name="before">Requests before.</param>
    public async Task AdvanceOnceAskedAsync(string gateway, int before)
    {
        while (_gateways[gateway].Requests.Count <= before)
        {
            await Task.Delay(1, TestContext.Current.CancellationToken);
        }

        Clock.Advance(TimeSpan.FromSeconds(5));
    }

    public Task<string> TextAsync(string path) => _api.TextAsync($"/api/monitoring/{path}");

    /// <summary>Answers a method with an error.</summary>
    public static async Task<bool> RefuseAsync(FakeGateway.ServerConnection connection)
    {
        await connection.TextAsync(FakeGateway.Error(connection.Id, """{"code":"BROKEN","message":"no"}"""));
        return true;
    }

    public async ValueTask DisposeAsync()
    {
        await _api.DisposeAsync();
        foreach (var gateway in _gateways.Values)
        {
            await gateway.DisposeAsync();
        }

        _folder.Dispose();
    }

    private static async Task<bool> AnswerAsync(
        IReadOnlyDictionary<string, string>? answers, string method, FakeGateway.ServerConnection connection)
    {
        if (answers?.GetValueOrDefault(method) is not { } payload)
        {
            return false;
        }

        await connection.TextAsync(FakeGateway.Answer(connection.Id, payload));
        return true;
    }
}
