using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using FleetExporter.Api.Access;
using FleetExporter.Config;
using Microsoft.AspNetCore.Builder;

namespace FleetExporter.Tests.Api.Access;

public sealed class SessionsTests
{
    [Fact]
    public async Task A_login_gives_a_cookie_that_scripts_and_other_sites_do_not_get()
    {
        await using var server = await KeyedServer.StartAsync("anonymous_read: never\n");

        var (set, cookie) = await server.LoginAsync(KeyedServer.KeyOf("control"));

        Assert.Matches("^fleet_session=[A-Za-z0-9_-]{43}; max-age=43200; path=/; samesite=strict; httponly$", set);
        var me = await server.JsonAsync("/api/me", ("Cookie", cookie));
        Assert.Equal("""{"name":"controler","scopes":["read","control"],"anonymous":false}""", me.GetRawText());
        Assert.Equal(403, await server.StatusAsync("/api/audit", ("Cookie", cookie)));
        Assert.Equal(401, await server.StatusAsync("/api/me", ("Cookie", cookie + "x")));
    }

    [Fact]
    public async Task It_ends_after_twelve_hours()
    {
        await using var server = await KeyedServer.StartAsync("anonymous_read: never\n");
        var (_, cookie) = await server.LoginAsync(KeyedServer.KeyOf("read"));

        server.Clock.Advance(TimeSpan.FromHours(12) - TimeSpan.FromSeconds(1));
        Assert.Equal(200, await server.StatusAsync("/api/me", ("Cookie", cookie)));
        server.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(401, await server.StatusAsync("/api/me", ("Cookie", cookie)));
    }

    [Fact]
    public async Task It_ends_with_the_logout()
    {
        await using var server = await KeyedServer.StartAsync("anonymous_read: never\n");
        var (_, cookie) = await server.LoginAsync(KeyedServer.KeyOf("read"));

        using var answer = await server.PostAsync("/api/logout", null, ("Cookie", cookie));

        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        Assert.StartsWith(
            "fleet_session=; expires=Thu, 01 Jan 1970", Assert.Single(answer.Headers.GetValues("Set-Cookie")), StringComparison.Ordinal);
        Assert.Equal(401, await server.StatusAsync("/api/me", ("Cookie", cookie)));
    }

    [Fact]
    public async Task It_ends_when_its_key_is_taken_out_of_the_file()
    {
        await using var server = await KeyedServer.StartAsync("anonymous_read: never\n");
        var (_, cookie) = await server.LoginAsync(KeyedServer.KeyOf("read"));

        server.Api.WriteConfig($"{ApiServer.TwoHosts}anonymous_read: never\n");
        (await server.PostAsync("/-/reload", null, ("X-API-Key", server.AdminKey))).EnsureSuccessStatusCode();

        Assert.Equal(401, await server.StatusAsync("/api/me", ("Cookie", cookie)));
    }

    [Theory]
    [InlineData("""{"key":"wrong"}""", 401)]
    [InlineData("""{"key":""}""", 422)]
    [InlineData("{}", 422)]
    [InlineData("null", 400)]
    [InlineData("", 400)]
    [InlineData("{\"key\":1}", 400)]
    [InlineData("key=x", 400)]
    public async Task A_login_without_a_key_that_opens_is_a_problem(string body, int status)
    {
        await using var server = await KeyedServer.StartAsync();

        using var answer = await server.PostAsync("/api/login", body);

        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        Assert.False(answer.Headers.Contains("Set-Cookie"));
        Assert.Equal(status == 401, answer.Headers.WwwAuthenticate.Count > 0);
    }

    [Fact]
    public async Task A_ticket_opens_within_a_minute_what_takes_tickets()
    {
        await using var server = await KeyedServer.StartAsync("anonymous_read: never\n", routes =>
        {
            routes.MapGet("/test/stream", (Microsoft.AspNetCore.Http.HttpContext context) => string.Join(' ', context.Caller().Rights))
                .Needs(Scope.Read).TakesTicket();
            routes.MapGet("/test/control", () => "").Needs(Scope.Control).TakesTicket();
        });

        Assert.Equal(401, await server.StatusAsync("/api/hosts?ticket=" + await TicketAsync(server, "admin")));
        Assert.Equal(403, await server.StatusAsync("/test/control?ticket=" + await TicketAsync(server, "admin")));
        Assert.Equal(401, await server.StatusAsync("/test/stream?ticket=x"));

        var ticket = await TicketAsync(server, "admin");
        using var answer = await server.GetAsync("/test/stream?ticket=" + ticket);
        Assert.Equal("read", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));

        ticket = await TicketAsync(server, "read");
        server.Clock.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal(401, await server.StatusAsync("/test/stream?ticket=" + ticket));
    }

    [Fact]
    public async Task Who_may_not_read_gets_no_ticket()
    {
        await using var server = await KeyedServer.StartAsync("anonymous_read: never\n");

        using var none = await server.PostAsync("/api/tickets", null);
        using var push = await server.PostAsync("/api/tickets", null, ("X-API-Key", KeyedServer.KeyOf("push")));

        Assert.Equal((HttpStatusCode.Unauthorized, HttpStatusCode.Forbidden), (none.StatusCode, push.StatusCode));
    }

    private static async Task<string> TicketAsync(KeyedServer server, string scope)
    {
        using var answer = await server.PostAsync("/api/tickets", null, ("X-API-Key", KeyedServer.KeyOf(scope)));
        var made = await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
        Assert.Equal(server.Clock.GetUtcNow() + TimeSpan.FromMinutes(1), made.GetProperty("expires_at").GetDateTimeOffset());
        return made.GetProperty("ticket").GetString()!;
    }
}
