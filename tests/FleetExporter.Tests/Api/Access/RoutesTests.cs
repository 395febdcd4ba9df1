using FleetExporter.Api.Access;
using FleetExporter.Config;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace FleetExporter.Tests.Api.Access;

/// <summary>Every route, as the service has them, with every kind of caller.</summary>
public sealed class RoutesTests
{
    /// <summary>What is not "GET is read, everything else control".</summary>
    private static readonly Dictionary<string, string> Exceptions = new()
    {
        ["GET /-/healthy"] = "open",
        ["GET /-/ready"] = "open",
        ["GET /docs"] = "open",
        ["GET /docs/{page}"] = "open",
        ["POST /hooks/{receiver}"] = "push",
        ["POST /api/login"] = "open",
        ["POST /api/logout"] = "open",
        ["POST /api/tickets"] = "read",
        ["POST /push-sse"] = "push",
        ["POST /-/reload"] = "admin",
        ["GET /api/audit"] = "admin",
        ["GET /debug/hosts/{host}"] = "control",
        ["POST /api/dgx/connections"] = "admin",
        ["PUT /api/dgx/connections/{id}"] = "admin",
        ["DELETE /api/dgx/connections/{id}"] = "admin",
        ["POST /api/targets"] = "admin",
        ["POST /api/targets/try"] = "admin",
        ["PUT /api/targets/{kind}/{name}"] = "admin",
        ["DELETE /api/targets/{kind}/{name}"] = "admin",
        ["GET /api/dgx/jobs/{id}/output"] = "control",
        ["GET /api/hosts/{host}/units/{unit}/journal"] = "control",
        ["POST /api/dgx/probe"] = "admin",
        ["POST /api/dgx/trust"] = "admin",
        ["POST /api/dgx/import"] = "admin",
        ["GET /api/ssh/keys"] = "admin",
        ["POST /api/ssh/keys"] = "admin",
        ["GET /api/export"] = "admin",
        ["PUT /api/monitoring/thresholds/{name}"] = "admin",
        ["DELETE /api/monitoring/thresholds/{name}"] = "admin",
        ["PUT /api/monitoring/budgets"] = "admin",
        ["DELETE /api/monitoring/budgets"] = "admin",
    };

    [Fact]
    public async Task Each_route_needs_the_scope_that_the_documentation_says()
    {
        await using var server = await KeyedServer.StartAsync();

        Assert.All(Routes(server), r => Assert.Equal(
            (r.Route, Exceptions.GetValueOrDefault(r.Route) ?? (r.Route.StartsWith("GET ", StringComparison.Ordinal) ? "read" : "control")),
            (r.Route, r.Access.Scope?.Word() ?? "open")));
        Assert.Empty(Exceptions.Keys.Except(Routes(server).Select(r => r.Route)));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("wrong")]
    [InlineData("read")]
    [InlineData("control")]
    [InlineData("push")]
    [InlineData("admin")]
    public async Task A_caller_gets_in_where_its_key_allows_it_and_nowhere_else(string? who)
    {
        await using var server = await KeyedServer.StartAsync("anonymous_read: never\n");
        foreach (var (route, access) in Routes(server))
        {
            // The limit of wrong keys is another test's.
            server.Clock.Advance(TimeSpan.FromMinutes(2));
            var (method, path) = (
                route.Split(' ')[0],
                route.Split(' ')[1].Replace("{host}", "nosuch", StringComparison.Ordinal).Replace("{id}", "nosuch", StringComparison.Ordinal));

            using var answer = await server.SendAsync(
                new HttpMethod(method), path, null, who is null ? [] : [("Authorization", $"Bearer {KeyedServer.KeyOf(who)}")]);

            var status = (int)answer.StatusCode;
            var expected = access.Scope is not { } needed ? 0
                : who is null or "wrong" ? 401
                : new[] { Enum.Parse<Scope>(who, ignoreCase: true) }.Allow(needed) ? 0 : 403;
            // A push needs a device's own key beside the scope.
            var lets = status is not (401 or 403) || (route == "POST /push-sse"
                && (await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))
                    .Contains("Not a device", StringComparison.Ordinal));
            Assert.True(expected == 0 ? lets : status == expected && !lets, $"{who ?? "nobody"}: {route} answered {status}");
            if (expected > 0)
            {
                Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
                Assert.Equal(expected == 401 ? "Bearer" : "", answer.Headers.WwwAuthenticate.ToString());
            }
        }
    }

    [Fact]
    public async Task A_route_that_does_not_say_who_may_use_it_keeps_the_service_from_starting()
    {
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            KeyedServer.StartAsync(map: routes => routes.MapGet("/silent", () => "")));

        Assert.Contains("/silent", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Authorization", "Bearer the-key-that-may-read", 200)]
    [InlineData("Authorization", "bearer   the-key-that-may-read", 200)]
    [InlineData("X-API-Key", "the-key-that-may-read", 200)]
    [InlineData("Authorization", "Basic dTpw", 401)]
    [InlineData("Authorization", "Bearer", 401)]
    [InlineData("X-API-Key", "the-key-that-may-rea", 401)]
    [InlineData("X-API-Key", "THE-KEY-THAT-MAY-READ", 401)]
    public async Task A_key_comes_in_one_of_two_headers(string header, string value, int status)
    {
        await using var server = await KeyedServer.StartAsync("anonymous_read: never\n");

        Assert.Equal(status, await server.StatusAsync("/api/hosts", (header, value)));
        Assert.Equal(401, await server.StatusAsync("/api/hosts", ("X-API-Key", KeyedServer.KeyOf("read")), ("Authorization", "Bearer other")));
    }

    [Theory]
    [InlineData("", "", 200)]
    [InlineData("X-Forwarded-For", "10.0.0.1", 401)]
    [InlineData("x-forwarded-proto", "https", 401)]
    [InlineData("Forwarded", "for=10.0.0.1", 401)]
    [InlineData("X-API-Key", "wrong", 401)]
    public async Task Who_reaches_loopback_directly_may_read_without_a_key(string header, string value, int status)
    {
        await using var server = await KeyedServer.StartAsync();
        (string, string)[] headers = header.Length > 0 ? [(header, value)] : [];

        Assert.Equal(status, await server.StatusAsync("/api/hosts", headers));
        Assert.Equal(status, await server.StatusAsync("/metrics", headers));
        Assert.Equal(401, await server.StatusAsync("/debug/hosts/a", headers));
        Assert.Equal(200, await server.StatusAsync("/-/healthy", headers));
        Assert.Equal(200, await server.StatusAsync("/css/base.css", headers));
    }

    [Fact]
    public async Task A_key_that_is_taken_out_of_the_file_opens_nothing_after_the_reload()
    {
        await using var server = await KeyedServer.StartAsync("anonymous_read: never\n");
        Assert.Equal(200, await server.StatusAsync("/api/hosts", ("X-API-Key", KeyedServer.KeyOf("read"))));

        server.Api.WriteConfig($"{ApiServer.TwoHosts}anonymous_read: never\n");
        (await server.PostAsync("/-/reload", null, ("X-API-Key", server.AdminKey))).EnsureSuccessStatusCode();

        Assert.Equal(401, await server.StatusAsync("/api/hosts", ("X-API-Key", KeyedServer.KeyOf("read"))));
    }

    private static IEnumerable<(string Route, RouteAccess Access)> Routes(KeyedServer server) =>
        from endpoint in server.Api.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
        from method in endpoint.Metadata.GetRequiredMetadata<HttpMethodMetadata>().HttpMethods
        where method != "CONNECT"   // the way of HTTP/2 to open a WebSocket, at the same endpoint as GET
        select ($"{method} {endpoint.RoutePattern.RawText}", endpoint.Metadata.GetRequiredMetadata<RouteAccess>());
}
