using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace FleetExporter.Tests.Api.Alerts;

/// <summary>Answers the calls of Alertmanager's API that are used, on a port of its own.</summary>
internal sealed class FakeAlertmanager : IAsyncDisposable
{
    private readonly WebApplication _app;

    private FakeAlertmanager()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0));
        _app = builder.Build();
        _app.Run(AnswerAsync);
    }

    public string Url { get; private set; } = "";

    /// <summary>What it says to a GET of the alerts, and with what status.</summary>
    public (int Status, string Body) Alerts { get; set; } = (200, "[]");

    public string Silences { get; set; } = "[]";

    /// <summary>Method, path and body of what was to be changed.</summary>
    public ConcurrentQueue<(string Call, JsonNode? Body)> Changes { get; } = [];

    public ConcurrentQueue<string> Authorizations { get; } = [];

    public static async Task<FakeAlertmanager> StartAsync()
    {
        var fake = new FakeAlertmanager();
        await fake._app.StartAsync(TestContext.Current.CancellationToken);
        fake.Url = fake._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        return fake;
    }

    /// <summary>An alert as it lists it.</summary>
    public static JsonObject Alert(
        string id, string name, string severity, string starts, string host = "a", params IEnumerable<string> silencedBy) => new()
        {
            ["fingerprint"] = id,
            ["labels"] = new JsonObject { ["alertname"] = name, ["severity"] = severity, ["host"] = host, ["job"] = "fleet" },
            ["annotations"] = new JsonObject
            {
                ["summary"] = "A host is offline.",
                ["description"] = $"{host} has not answered for 3 minutes.",
                ["runbook_url"] = "http://127.0.0.1:9470/docs/runbook#x",
            },
            ["startsAt"] = starts,
            ["endsAt"] = starts,
            ["updatedAt"] = starts,
            ["status"] = new JsonObject
            {
                ["state"] = "active",
                ["silencedBy"] = new JsonArray([.. silencedBy.Select(s => JsonValue.Create(s))]),
                ["inhibitedBy"] = new JsonArray()
            },
        };

    /// <summary>A silence as it lists it, over all labels of <paramref name="alert"/>.</summary>
    public static JsonObject Silence(string id, JsonObject alert, string state = "active") => new()
    {
        ["id"] = id,
        ["status"] = new JsonObject { ["state"] = state },
        ["matchers"] = new JsonArray([.. alert["labels"]!.AsObject().Select(l =>
            new JsonObject { ["name"] = l.Key, ["value"] = l.Value!.DeepClone(), ["isRegex"] = false, ["isEqual"] = true })]),
        ["startsAt"] = "2026-01-01T00:00:00Z",
        ["endsAt"] = "2026-01-01T02:00:00Z",
        ["createdBy"] = "ops",
        ["comment"] = "known",
    };

    public static string List(params IEnumerable<JsonNode> items) => new JsonArray([.. items.Select(i => i.DeepClone())]).ToJsonString();

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        Authorizations.Enqueue(context.Request.Headers.Authorization.ToString());
        var call = $"{context.Request.Method} {context.Request.Path}";
        switch (call)
        {
            case "GET /api/v2/alerts":
                context.Response.StatusCode = Alerts.Status;
                await context.Response.WriteAsync(Alerts.Body);
                return;
            case "GET /api/v2/silences":
                await context.Response.WriteAsync(Silences);
                return;
            case "POST /api/v2/silences":
                Changes.Enqueue((call, await JsonNode.ParseAsync(context.Request.Body)));
                await context.Response.WriteAsync("""{"silenceID":"made"}""");
                return;
            default:
                Changes.Enqueue((call, null));
                return;
        }
    }
}
