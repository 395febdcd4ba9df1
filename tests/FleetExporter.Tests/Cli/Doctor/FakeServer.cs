using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace FleetExporter.Tests.Cli.Doctor;

/// <summary>Answers by path, or by the query of a path that ends in /query; everything else is 404.</summary>
internal sealed class FakeServer : IAsyncDisposable
{
    public const string EmptyVector = """{"status":"success","data":{"resultType":"vector","result":[]}}""";

    private readonly WebApplication _app;

    private FakeServer()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0));
        _app = builder.Build();
        _app.Run(AnswerAsync);
    }

    public Dictionary<string, string> Answers { get; } = [];

    public Uri Url { get; private set; } = null!;

    public static async Task<FakeServer> StartAsync()
    {
        var fake = new FakeServer();
        await fake._app.StartAsync(TestContext.Current.CancellationToken);
        fake.Url = new Uri(fake._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
        return fake;
    }

    /// <summary>A Prometheus in which everything is as it should be.</summary>
    public static async Task<FakeServer> PrometheusAsync(DateTimeOffset now, int port)
    {
        var fake = await StartAsync();
        fake.Answers["time()"] = $$$"""{"status":"success","data":{"resultType":"scalar","result":[1,"{{{now.ToUnixTimeSeconds()}}}"]}}""";
        fake.Answers["fleet_build_info"] = Vector(("instance", $"10.0.0.1:{port}", "1"));
        fake.Answers["time() - max(fleet_watchdog_last_seen_timestamp_seconds)"] = Vector(("a", "b", "42"));
        fake.Answers["/api/v1/rules"] = """{"data":{"groups":[{"name":"fleet.gpu","rules":[{"name":"A"}]},{"name":"other","rules":[]}]}}""";
        fake.Answers["/api/v1/alertmanagers"] = """{"data":{"activeAlertmanagers":[{"url":"http://a/"}]}}""";
        return fake;
    }

    public static string Vector(params (string Label, string Text, string Value)[] samples)
    {
        var items = samples.Select(s => $$"""{"metric":{"{{s.Label}}":"{{s.Text}}"},"value":[1,"{{s.Value}}"]}""");
        return $$$"""{"status":"success","data":{"resultType":"vector","result":[{{{string.Join(',', items)}}}]}}""";
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private Task AnswerAsync(HttpContext context)
    {
        var path = context.Request.Path.Value!;
        if (Answers.TryGetValue(path.EndsWith("/query", StringComparison.Ordinal) ? context.Request.Query["query"].ToString() : path, out var body))
        {
            return context.Response.WriteAsync(body);
        }

        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }
}
