using System.Net;
using System.Text.Json;
using FleetExporter.Access;
using Microsoft.Extensions.DependencyInjection;

namespace FleetExporter.Tests.Api.Access;

/// <summary>POST /api/login with the code of a login link.</summary>
public sealed class LoginCodeTests
{
    [Fact]
    public async Task A_code_gives_the_session_of_the_admin_key_once_even_where_reading_needs_a_key()
    {
        await using var server = await KeyedServer.StartAsync("anonymous_read: never\n");
        var code = CodeOf(server);

        using var first = await PostAsync(server, code);
        using var second = await PostAsync(server, code);

        Assert.Equal(HttpStatusCode.NoContent, first.StatusCode);
        var set = Assert.Single(first.Headers.GetValues("Set-Cookie"));
        Assert.Contains("httponly", set, StringComparison.OrdinalIgnoreCase);
        var me = await server.JsonAsync("/api/me", ("Cookie", set.Split(';')[0]));
        Assert.Equal(("admin", false), (me.GetProperty("name").GetString(), me.GetProperty("anonymous").GetBoolean()));
        Assert.Equal(HttpStatusCode.Unauthorized, second.StatusCode);
        Assert.Contains("run fleet-exporter login for a new link", await DetailAsync(second), StringComparison.Ordinal);
        var rows = (await server.AuditAsync()).GetProperty("items");
        Assert.Equal("login denied ", $"{rows[0].GetProperty("action")} {rows[0].GetProperty("outcome")} {rows[0].GetProperty("who")}");
        Assert.Equal(
            "login ok admin login link",
            $"{rows[1].GetProperty("action")} {rows[1].GetProperty("outcome")} {rows[1].GetProperty("who")} {rows[1].GetProperty("target")}");
        Assert.DoesNotContain(code, rows.GetRawText(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Forwarded", "for=127.0.0.1")]
    [InlineData("X-Forwarded-For", "127.0.0.1")]
    [InlineData("x-forwarded-proto", "http")]
    public async Task Through_a_proxy_it_is_refused_and_not_used_up(string header, string value)
    {
        await using var server = await KeyedServer.StartAsync("trusted_proxies: [127.0.0.1]\n");
        var code = CodeOf(server);

        using var forwarded = await PostAsync(server, code, (header, value));
        using var direct = await PostAsync(server, code);

        Assert.Equal(HttpStatusCode.Forbidden, forwarded.StatusCode);
        Assert.Contains(header, await DetailAsync(forwarded), StringComparison.OrdinalIgnoreCase);
        Assert.Equal(HttpStatusCode.NoContent, direct.StatusCode);
    }

    [Fact]
    public async Task An_expired_code_is_refused()
    {
        await using var server = await KeyedServer.StartAsync();
        var code = CodeOf(server);
        server.Clock.Advance(LoginLinks.Lifetime);

        using var answer = await PostAsync(server, code);

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    [Fact]
    public async Task Wrong_codes_count_as_wrong_keys()
    {
        await using var server = await KeyedServer.StartAsync();
        var statuses = new List<int>();
        for (var n = 0; n < 11; n++)
        {
            using var answer = await PostAsync(server, $"wrong{n}");
            statuses.Add((int)answer.StatusCode);
        }

        Assert.Equal([.. Enumerable.Repeat(401, 10), 429], statuses);
        Assert.Equal(429, await server.StatusAsync("/api/hosts", ("X-API-Key", server.AdminKey)));
    }

    [Theory]
    [InlineData("""{}""")]
    [InlineData("""{"key":"a","code":"b"}""")]
    [InlineData("""{"code":""}""")]
    public async Task It_is_either_a_key_or_a_code(string body)
    {
        await using var server = await KeyedServer.StartAsync();

        using var answer = await server.PostAsync("/api/login", body);

        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
    }

    [Fact]
    public async Task A_page_of_another_site_cannot_redeem_one()
    {
        await using var server = await KeyedServer.StartAsync();

        using var answer = await PostAsync(server, CodeOf(server), ("Origin", "https://evil.example"));

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
    }

    private static string CodeOf(KeyedServer server) => server.Api.Services.GetRequiredService<LoginLinks>().Create().Code;

    private static Task<HttpResponseMessage> PostAsync(KeyedServer server, string code, params (string Name, string Value)[] headers) =>
        server.PostAsync("/api/login", JsonSerializer.Serialize(new { code }), headers);

    private static async Task<string?> DetailAsync(HttpResponseMessage answer)
    {
        using var problem = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        return problem.RootElement.GetProperty("detail").GetString();
    }
}
