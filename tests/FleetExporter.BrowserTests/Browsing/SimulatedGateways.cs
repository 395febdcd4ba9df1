using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace FleetExporter.BrowserTests.Browsing;

/// <summary>The service with a simulated fleet, of which the tests use the gateway.</summary>
public sealed class SimulatedGateways : IAsyncLifetime
{
    public const string Gateway = "openclaw";

    private readonly TestFolder _folder = new();

    internal Exporter Exporter { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Exporter = await Exporter.StartAsync(_folder, "poll_interval: 1s\n", null, "--simulate", "2");
        await Until.SeenAsync(
            async () =>
            {
                var told = (await Exporter.JsonAsync("/api/monitoring/gateways")).List("items").Single();
                return told["sources"]!.AsObject().Count(s => s.Value!["at"] is not null) >= 14 ? told : null;
            },
            "the gateway has told everything", () => Exporter.Log);
    }

    public async ValueTask DisposeAsync()
    {
        await (Exporter?.DisposeAsync() ?? ValueTask.CompletedTask);
        _folder.Dispose();
    }

    internal async Task<JsonNode> AskAsync(string what) => await Exporter.JsonAsync($"/api/monitoring/{what}");

    /// <summary>A page that answers a path below /api/monitoring with this JSON.</summary>
    internal static Func<IPage, Task> Answering(params (string Path, JsonNode Answer)[] answers) => async page =>
    {
        foreach (var (path, answer) in answers)
        {
            await page.RouteAsync(new Regex($"/api/monitoring/{path}(\\?|$)"), route => route.FulfillAsync(new()
            {
                ContentType = "application/json",
                Body = answer.ToJsonString(),
            }));
        }
    };
}
