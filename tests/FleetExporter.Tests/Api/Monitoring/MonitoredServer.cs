using System.Text.Json;
using FleetExporter.Polling.Targets;
using FleetExporter.Tests.OpenClaw;
using Microsoft.Extensions.DependencyInjection;

namespace FleetExporter.Tests.Api.Monitoring;

/// <summary>The whole service, which watches a gateway with recorded answers.</summary>
internal sealed class MonitoredServer : IAsyncDisposable
{
    private readonly TemporaryFolder _folder;

    private MonitoredServer(TemporaryFolder folder, FakeGateway gateway, ApiServer api) => (_folder, Gateway, Api) = (folder, gateway, api);

    public FakeGateway Gateway { get; }

    public ApiServer Api { get; }

    /// <param name="prepare">Changes the gateway before the first poll.</param>
    public static async Task<MonitoredServer> StartAsync(Action<FakeGateway>? prepare = null)
    {
        var gateway = await FakeGateway.StartAsync();
        prepare?.Invoke(gateway);
        var folder = new TemporaryFolder();
        var token = folder.Write("token", FakeGateway.Token + "\n");
        var server = new MonitoredServer(folder, gateway, await ApiServer.StartAsync(
            ApiServer.TwoHosts + $"gateways: [{{ name: claw, host: a, url: \"{gateway.Url}\", token_file: {token}, timeout: 20s }}]\n"));
        await server.PollAsync();
        return server;
    }

    public Task PollAsync() => Api.Services.GetRequiredService<TargetSet>().PollNowAsync(TestContext.Current.CancellationToken);

    /// <summary>The answer of a route, when it holds.</summary>
    public async Task<JsonElement> UntilAsync(string path, Func<JsonElement, bool> holds)
    {
        for (var tries = 0; ; tries++)
        {
            var answer = await Api.JsonAsync(path);
            if (holds(answer))
            {
                return answer;
            }

            Assert.True(tries < 200, $"{path} answers {answer}");
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Api.DisposeAsync();
        await Gateway.DisposeAsync();
        _folder.Dispose();
    }
}
