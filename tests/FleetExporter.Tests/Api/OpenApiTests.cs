using System.Text.Json;
using System.Text.Json.Nodes;
using FleetExporter.Api.Access;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace FleetExporter.Tests.Api;

/// <summary>The document at /openapi/v1.json matches the routes.</summary>
public sealed class OpenApiTests
{
    /// <summary>Routes that change something without a body.</summary>
    private static readonly string[] Bodiless =
    [
        "/-/reload", "/api/logout", "/api/tickets", "/api/dgx/connect/{id}", "/api/dgx/disconnect/{id}",
        "/api/dgx/jobs/{id}/start", "/api/dgx/jobs/{id}/cancel"
    ];

    [Fact]
    public async Task Every_route_is_an_operation_with_its_scope_its_body_and_its_answer()
    {
        await using var server = await ApiServer.StartAsync();
        var document = JsonNode.Parse(await server.TextAsync("/openapi/v1.json"))!;
        var operations = document["paths"]!.AsObject()
            .SelectMany(path =>
                path.Value!.AsObject().Select(o => (Name: $"{o.Key.ToUpperInvariant()} {path.Key}", Path: path.Key, Operation: o.Value!)))
            .ToDictionary(o => o.Name, StringComparer.Ordinal);

        Assert.Equal(
            server.Routes.Except(["GET /", "GET /openapi/v1.json"]).Order(StringComparer.Ordinal), operations.Keys.Order(StringComparer.Ordinal));
        foreach (var endpoint in server.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>())
        {
            foreach (var method in endpoint.Metadata.GetRequiredMetadata<HttpMethodMetadata>().HttpMethods)
            {
                if (operations.TryGetValue($"{method} {endpoint.RoutePattern.RawText}", out var found))
                {
                    var scope = endpoint.Metadata.GetRequiredMetadata<RouteAccess>().Scope;
                    Assert.Equal(
                        scope is null ? null : $"Needs the scope {scope.ToString()!.ToLowerInvariant()}.", (string?)found.Operation["description"]);
                    Assert.Equal(scope is null ? 0 : 2, found.Operation["security"]?.AsArray().Count ?? 0);
                    Assert.False(string.IsNullOrEmpty((string?)found.Operation["summary"]), found.Name);
                }
            }
        }

        Assert.All(operations.Values, o => Assert.Equal(
            o.Name.StartsWith("POST", StringComparison.Ordinal) && !Bodiless.Contains(o.Path) || o.Name.StartsWith("PUT", StringComparison.Ordinal),
            o.Operation["requestBody"] is not null));
        Assert.All(operations.Values, o => Assert.True(
            o.Operation["responses"]!.AsObject().Any(r => r.Key is "101" or "204")
                || o.Operation["responses"]!.AsObject().Any(r => r.Key[0] == '2' && r.Value!["content"] is not null), o.Name));
        Assert.All(operations.Values, o => Assert.NotNull(o.Operation["responses"]!["default"]!["content"]!["application/problem+json"]));
    }

    [Fact]
    public async Task Every_reference_resolves_and_fields_are_named_as_in_responses()
    {
        await using var server = await ApiServer.StartAsync();
        var document = JsonNode.Parse(await server.TextAsync("/openapi/v1.json"))!;

        var references = References(document).ToList();
        Assert.NotEmpty(references);
        Assert.All(references, r => Assert.NotNull(r.TrimStart('#', '/').Split('/').Aggregate(document, (node, name) => node?[name]!)));
        var host = (await server.JsonAsync("/api/hosts/a")).EnumerateObject().Select(p => p.Name);
        Assert.Equal(
            host.Order(StringComparer.Ordinal),
            document["components"]!["schemas"]!["HostStateView"]!["properties"]!.AsObject().Select(p => p.Key).Order(StringComparer.Ordinal));
    }

    private static IEnumerable<string> References(JsonNode? node) => node switch
    {
        JsonObject o =>
            o.SelectMany(p => p.Key == "$ref" && p.Value?.GetValueKind() == JsonValueKind.String ? [(string)p.Value!] : References(p.Value)),
        JsonArray a => a.SelectMany(References),
        _ => [],
    };
}
