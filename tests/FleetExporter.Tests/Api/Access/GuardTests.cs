using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace FleetExporter.Tests.Api.Access;

/// <summary>Origins, bodies and headers.</summary>
public sealed class GuardTests
{
    private const string Friend = "https://grafana.example";
    private const string Exec = "/api/dgx/exec/nosuch";

    [Theory]
    [InlineData("GET", "/api/hosts", 200)]
    [InlineData("GET", "/metrics", 200)]
    [InlineData("GET", "/-/healthy", 200)]
    [InlineData("GET", "/css/base.css", 200)]
    [InlineData("GET", "/debug/hosts/a", 403)]
    [InlineData("GET", "/api/audit", 403)]
    [InlineData("POST", "/api/login", 403)]
    [InlineData("POST", "/-/reload", 403)]
    [InlineData("POST", "/api/tickets", 403)]
    public async Task A_page_of_cors_origins_may_read_and_no_more(string method, string path, int status)
    {
        await using var server = await KeyedServer.StartAsync($"cors_origins: ['{Friend}']\n");

        using var answer = await server.SendAsync(new HttpMethod(method), path, null, ("Origin", Friend), ("X-API-Key", server.AdminKey));
        using var other = await server.SendAsync(
            new HttpMethod(method), path, null, ("Origin", "https://evil.example"), ("X-API-Key", server.AdminKey));

        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal(status == 200 ? [Friend] : [], answer.Headers.TryGetValues("Access-Control-Allow-Origin", out var allowed) ? allowed : []);
        Assert.False(answer.Headers.Contains("Access-Control-Allow-Credentials"));
        Assert.Contains("Origin", answer.Headers.Vary);
        Assert.Equal(HttpStatusCode.Forbidden, other.StatusCode);
        Assert.False(other.Headers.Contains("Access-Control-Allow-Origin"));
    }

    [Theory]
    [InlineData(Friend, "GET", "/api/hosts", true)]
    [InlineData(Friend, "POST", "/api/hosts", false)]
    [InlineData(Friend, "GET", "/debug/hosts/a", false)]
    [InlineData("https://evil.example", "GET", "/api/hosts", false)]
    [InlineData("null", "GET", "/api/hosts", false)]
    public async Task A_preflight_is_answered_for_reading(string origin, string method, string path, bool allowed)
    {
        await using var server = await KeyedServer.StartAsync($"cors_origins: ['{Friend}']\n");

        using var answer = await server.SendAsync(HttpMethod.Options, path, null, ("Origin", origin), ("Access-Control-Request-Method", method));

        Assert.Equal(allowed ? HttpStatusCode.NoContent : HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Equal(allowed, answer.Headers.Contains("Access-Control-Allow-Methods"));
    }

    [Fact]
    public async Task An_error_can_be_read_by_the_page_that_may_read()
    {
        await using var server = await KeyedServer.StartAsync($"cors_origins: ['{Friend}']\nanonymous_read: never\n");

        using var answer = await server.GetAsync("/api/hosts", ("Origin", Friend));

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Equal([Friend], answer.Headers.GetValues("Access-Control-Allow-Origin"));
    }

    [Theory]
    [InlineData("application/json", 401)]
    [InlineData("application/json; charset=utf-8", 401)]
    [InlineData("APPLICATION/JSON", 401)]
    [InlineData("application/json; charset=utf-16", 415)]
    [InlineData("application/x-www-form-urlencoded", 415)]
    [InlineData("text/plain", 415)]
    [InlineData("multipart/form-data; boundary=x", 415)]
    [InlineData(null, 415)]
    public async Task A_body_is_JSON(string? type, int status)
    {
        await using var server = await KeyedServer.StartAsync();
        foreach (var chunked in new[] { false, true })
        {
            using var answer = await server.SendAsync(HttpMethod.Post, "/api/login", Body("""{"key":"wrong"}""", type, chunked));

            Assert.Equal(status, (int)answer.StatusCode);
            Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        }
    }

    [Theory]
    [InlineData("application/x-www-form-urlencoded", "X-API-Key", "", 404)]
    [InlineData("text/plain", "Authorization", "Bearer ", 404)]
    [InlineData(null, "X-API-Key", "", 404)]
    [InlineData("application/json; charset=utf-16", "X-API-Key", "", 404)]
    [InlineData("text/plain", "Cookie", "fleet_session=", 415)]
    public async Task With_a_key_in_a_header_a_body_is_JSON_whatever_its_type_says(string? type, string header, string before, int status)
    {
        await using var server = await KeyedServer.StartAsync();
        var (_, cookie) = await server.LoginAsync(KeyedServer.KeyOf("control"));
        var value = header == "Cookie" ? cookie : before + KeyedServer.KeyOf("control");
        foreach (var chunked in new[] { false, true })
        {
            using var answer = await server.SendAsync(HttpMethod.Post, Exec, Body("""{"command":"true"}""", type, chunked), (header, value));
            Assert.Equal(status, (int)answer.StatusCode);

            // Also where a body may be left out, and when it is none.
            var unknown = Body("""{"nosuch":1}""", type, chunked);
            using var optional = await server.SendAsync(HttpMethod.Post, "/api/alerts/1/ack", unknown, (header, value));
            Assert.Equal(status == 404 ? 422 : 415, (int)optional.StatusCode);
            using var unreadable = await server.SendAsync(HttpMethod.Post, Exec, Body("command=true", type, chunked), (header, value));
            Assert.Equal(status == 404 ? 400 : 415, (int)unreadable.StatusCode);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_empty_body_needs_no_type(bool chunked)
    {
        await using var server = await KeyedServer.StartAsync();

        using var answer = await server.SendAsync(HttpMethod.Post, "/-/reload", Body("", null, chunked), ("X-API-Key", server.AdminKey));

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_body_has_at_most_a_mebibyte(bool chunked)
    {
        await using var server = await KeyedServer.StartAsync();

        // In chunks their sizes count too.
        var most = (1 << 20) - (chunked ? 4096 : 10);
        using var fits = await server.SendAsync(
            HttpMethod.Post, "/api/login", Body($$"""{"key":"{{new string('x', most)}}"}""", "application/json", chunked));
        using var answer = await server.SendAsync(
            HttpMethod.Post, "/api/login", Body($$"""{"key":"{{new string('x', (1 << 20) - 9)}}"}""", "application/json", chunked));

        Assert.Equal(HttpStatusCode.Unauthorized, fits.StatusCode);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task Headers_have_a_limit()
    {
        await using var server = await KeyedServer.StartAsync();

        Assert.Equal(200, await server.StatusAsync("/-/healthy", ("X-Long", new string('x', 8 * 1024))));
        Assert.Equal(431, await server.StatusAsync("/-/healthy", ("X-Long", new string('x', 17 * 1024))));
        Assert.Equal(431, await server.StatusAsync("/-/healthy", [.. Enumerable.Range(0, 70).Select(i => ($"X-{i}", "x"))]));
    }

    [Theory]
    [InlineData("/api/hosts", "application/json")]
    [InlineData("/nosuch", "text/html")]
    [InlineData("/api/login", "text/html")]
    public async Task An_answer_says_what_a_browser_may_do_with_it(string path, string accept)
    {
        await using var server = await KeyedServer.StartAsync();

        using var answer = await server.GetAsync(path, ("Accept", accept));

        Assert.Equal("default-src 'none'; frame-ancestors 'none'", answer.Headers.GetValues("Content-Security-Policy").Single());
        Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Equal("no-referrer", answer.Headers.GetValues("Referrer-Policy").Single());
        Assert.Equal(answer.IsSuccessStatusCode ? "application/json" : "application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal(path != "/nosuch", answer.Headers.CacheControl?.NoStore == true);
    }

    [Theory]
    [InlineData("GET", "/api/hosts", 421, "Host", "evil.example")]
    [InlineData("GET", "/api/hosts", 403, "Origin", "https://evil.example")]
    [InlineData("OPTIONS", "/api/hosts", 403, "Origin", "https://evil.example")]
    [InlineData("OPTIONS", "/api/hosts", 204, "Origin", Friend)]
    public async Task So_does_one_that_lets_nobody_in(string method, string path, int status, string header, string value)
    {
        await using var server = await KeyedServer.StartAsync($"cors_origins: ['{Friend}']\n");

        using var answer = await server.SendAsync(new HttpMethod(method), path, null, (header, value), ("Access-Control-Request-Method", "GET"));

        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal("default-src 'none'; frame-ancestors 'none'", answer.Headers.GetValues("Content-Security-Policy").Single());
        Assert.Equal("DENY", answer.Headers.GetValues("X-Frame-Options").Single());
        Assert.Equal("same-origin", answer.Headers.GetValues("Cross-Origin-Resource-Policy").Single());
        Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Equal("no-referrer", answer.Headers.GetValues("Referrer-Policy").Single());
    }

    private static HttpContent Body(string text, string? type, bool chunked)
    {
        HttpContent body = chunked
            ? new StreamContent(new Unmeasured(Encoding.UTF8.GetBytes(text)))
            : new ByteArrayContent(Encoding.UTF8.GetBytes(text));
        body.Headers.ContentType = type is null ? null : MediaTypeHeaderValue.Parse(type);
        return body;
    }

    /// <summary>A stream whose length is not known, so that it is sent in chunks.</summary>
    private sealed class Unmeasured(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;
    }
}
