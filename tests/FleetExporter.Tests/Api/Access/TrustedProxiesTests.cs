using System.Net;
using System.Text.Json;

namespace FleetExporter.Tests.Api.Access;

/// <summary>What X-Forwarded-* of a request changes. The peer of every request is 127.0.0.1.</summary>
public sealed class TrustedProxiesTests
{
    private const string Trusting = "trusted_proxies: [127.0.0.1, 10.0.0.0/8]\nallowed_hosts: [fleet.example]\n";
    private const string Elsewhere = "trusted_proxies: [192.0.2.7]\nallowed_hosts: [fleet.example]\n";

    [Theory]
    [InlineData(Trusting, "203.0.113.9", "203.0.113.9")]
    [InlineData(Trusting, "203.0.113.9:4711", "203.0.113.9")]
    [InlineData(Trusting, "2001:db8::7", "2001:db8::7")]
    [InlineData(Trusting, "203.0.113.9, 10.1.2.3", "203.0.113.9")]
    [InlineData(Trusting, "198.51.100.1, 203.0.113.9, 10.1.2.3", "203.0.113.9")]
    [InlineData(Trusting, "198.51.100.1, 203.0.113.9", "203.0.113.9")]
    [InlineData(Trusting, "unknown", "127.0.0.1")]
    [InlineData(Elsewhere, "203.0.113.9", "127.0.0.1")]
    [InlineData("", "203.0.113.9", "127.0.0.1")]
    public async Task The_audit_has_the_address_that_the_last_proxy_to_be_trusted_has_seen(string yml, string header, string expected)
    {
        await using var server = await KeyedServer.StartAsync(yml);

        using var denied = await server.PostAsync("/-/reload", null, ("X-Forwarded-For", header), ("X-API-Key", KeyedServer.KeyOf("read")));

        Assert.Equal(HttpStatusCode.Forbidden, denied.StatusCode);
        Assert.Equal(expected, (await server.AuditAsync()).GetProperty("items")[0].GetProperty("address").GetString());
    }

    [Theory]
    [InlineData(Trusting, 200)]
    [InlineData(Elsewhere, 429)]
    public async Task Wrong_keys_lock_out_their_client_and_not_what_else_comes_through_the_proxy(string yml, int other)
    {
        await using var server = await KeyedServer.StartAsync(yml);
        for (var i = 0; i < 10; i++)
        {
            Assert.Equal(401, await server.StatusAsync("/api/me", ("X-Forwarded-For", "203.0.113.1"), ("X-API-Key", "wrong")));
        }

        var key = ("X-API-Key", KeyedServer.KeyOf("read"));
        Assert.Equal(429, await server.StatusAsync("/api/me", ("X-Forwarded-For", "203.0.113.1"), key));
        Assert.Equal(other, await server.StatusAsync("/api/me", ("X-Forwarded-For", "203.0.113.2"), key));
    }

    [Theory]
    [InlineData(Trusting, true)]
    [InlineData(Elsewhere, false)]
    [InlineData("", false)]
    public async Task The_cookie_is_secure_where_the_proxy_speaks_TLS(string yml, bool secure)
    {
        await using var server = await KeyedServer.StartAsync(yml);

        using var login = await server.PostAsync(
            "/api/login", $$"""{"key":"{{server.AdminKey}}"}""", ("X-Forwarded-For", "203.0.113.9"), ("X-Forwarded-Proto", "https"));

        Assert.Equal(HttpStatusCode.NoContent, login.StatusCode);
        Assert.Equal(secure, login.Headers.GetValues("Set-Cookie").Single().Contains("; secure", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(Trusting, "fleet.example", "https://fleet.example", 200)]
    [InlineData(Trusting, "fleet.example:8443", "https://fleet.example:8443", 200)]
    [InlineData(Trusting, "fleet.example", "http://fleet.example", 403)]
    [InlineData(Trusting, "evil.example", null, 421)]
    [InlineData(Elsewhere, "evil.example", null, 200)]
    [InlineData(Elsewhere, "fleet.example", "https://fleet.example", 403)]
    public async Task Host_and_scheme_are_those_that_the_browser_used(string yml, string host, string? origin, int status)
    {
        await using var server = await KeyedServer.StartAsync(yml);
        (string, string)[] headers =
        [
            ("X-Forwarded-For", "203.0.113.9"), ("X-Forwarded-Proto", "https"), ("X-Forwarded-Host", host), ("X-API-Key", KeyedServer.KeyOf("read")),
            .. origin is null ? [] : new[] { ("Origin", origin) },
        ];

        Assert.Equal(status, await server.StatusAsync("/api/hosts", headers));
    }

    [Theory]
    [InlineData("", "X-Forwarded-For", "203.0.113.9")]
    [InlineData("", "x-forwarded-proto", "https")]
    [InlineData("", "Forwarded", "for=203.0.113.9")]
    [InlineData(Trusting, "X-Forwarded-For", "203.0.113.9")]
    [InlineData(Trusting, "X-Forwarded-For", "127.0.0.1")]
    [InlineData(Trusting, "X-Forwarded-Proto", "http")]
    public async Task Nobody_reads_without_a_key_through_a_proxy_and_is_told_so(string yml, string header, string value)
    {
        await using var server = await KeyedServer.StartAsync(yml);

        using var answer = await server.GetAsync("/api/hosts", (header, value));

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        var problem = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).RootElement;
        var detail = problem.GetProperty("detail").GetString();
        Assert.Contains($"has the header {header}, which a proxy adds", detail, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(200, await server.StatusAsync("/api/hosts", (header, value), ("X-API-Key", KeyedServer.KeyOf("read"))));
    }

    [Fact]
    public async Task A_reload_changes_whom_the_service_believes()
    {
        await using var server = await KeyedServer.StartAsync();
        Assert.Equal("127.0.0.1", await SeenAsync());

        await ReloadAsync(Trusting);
        Assert.Equal("203.0.113.9", await SeenAsync());

        await ReloadAsync("");
        Assert.Equal("127.0.0.1", await SeenAsync());

        async Task<string> SeenAsync()
        {
            var key = ("X-API-Key", KeyedServer.KeyOf("read"));
            using var denied = await server.PostAsync("/-/reload", null, ("X-Forwarded-For", "203.0.113.9"), key);
            return (await server.AuditAsync()).GetProperty("items")[0].GetProperty("address").GetString()!;
        }

        async Task ReloadAsync(string yml)
        {
            server.Api.WriteConfig($"{ApiServer.TwoHosts}{KeyedServer.Keys}{yml}");
            (await server.PostAsync("/-/reload", null, ("X-API-Key", server.AdminKey))).EnsureSuccessStatusCode();
        }
    }
}
