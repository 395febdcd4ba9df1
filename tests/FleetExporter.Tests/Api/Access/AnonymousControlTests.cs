using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace FleetExporter.Tests.Api.Access;

/// <summary>Acting without a key, and what never does.</summary>
public sealed class AnonymousControlTests
{
    private const string Open = "anonymous_control: loopback\n";
    private const string Exec = "/api/dgx/exec/nosuch";

    [Theory]
    [InlineData("", "", 404)]
    [InlineData("Sec-Fetch-Site", "none", 404)]
    [InlineData("Sec-Fetch-Site", "same-origin", 404)]
    [InlineData("Sec-Fetch-Site", "same-site", 401)]
    [InlineData("Sec-Fetch-Site", "cross-site", 401)]
    [InlineData("Sec-Fetch-Site", "", 401)]
    [InlineData("Origin", "OWN", 401)]
    [InlineData("Origin", "https://evil.example", 403)]
    [InlineData("Origin", "null", 403)]
    [InlineData("X-Forwarded-For", "127.0.0.1", 401)]
    [InlineData("X-Forwarded-Anything", "", 401)]
    [InlineData("Forwarded", "for=127.0.0.1", 401)]
    [InlineData("Host", "evil.example", 421)]
    [InlineData("X-API-Key", "wrong", 401)]
    [InlineData("X-API-Key", "the-key-that-may-read", 403)]
    public async Task It_is_for_direct_requests_that_no_page_sends(string header, string value, int status)
    {
        await using var server = await KeyedServer.StartAsync(Open);
        var own = server.Http.BaseAddress!.GetLeftPart(UriPartial.Authority);
        (string, string)[] headers = header.Length == 0 ? [] : [(header, value == "OWN" ? own : value)];

        using var answer = await server.PostAsync(Exec, """{"command":"true"}""", headers);

        Assert.Equal(status, (int)answer.StatusCode);
        if (header is "Sec-Fetch-Site" or "Origin" or "Forwarded" && status == 401)
        {
            var problem = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            Assert.Contains($"has the header {header}", problem, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("anonymous_control: never\n")]
    public async Task It_is_off_unless_the_file_says_it(string yml)
    {
        await using var server = await KeyedServer.StartAsync(yml);

        using var answer = await server.PostAsync(Exec, """{"command":"true"}""");

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Equal("""["read"]""", (await server.JsonAsync("/api/me")).GetProperty("scopes").GetRawText());
        var shown = await server.JsonAsync("/api/config");
        Assert.Equal("never", shown.GetProperty("anonymous_control").GetString());
        Assert.Equal(0, shown.GetProperty("warnings").GetArrayLength());
    }

    [Theory]
    [InlineData("POST", "/-/reload", null)]
    [InlineData("GET", "/api/audit", null)]
    [InlineData("POST", "/api/dgx/connections", """{"name":"n","hostname":"h"}""")]
    [InlineData("DELETE", "/api/dgx/connections/nosuch", null)]
    [InlineData("POST", "/hooks/default", """{"alerts":[]}""")]
    [InlineData("POST", "/push-sse", "[]")]
    public async Task It_never_does_what_needs_admin_or_push(string method, string path, string? json)
    {
        await using var server = await KeyedServer.StartAsync(Open);

        using var answer = await server.SendAsync(
            new HttpMethod(method), path, json is null ? null : new StringContent(json, Encoding.UTF8, "application/json"));

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    [Theory]
    [InlineData("application/json", 404)]
    [InlineData("text/plain", 415)]
    [InlineData("application/x-www-form-urlencoded", 415)]
    [InlineData(null, 415)]
    public async Task A_body_says_that_it_is_JSON(string? type, int status)
    {
        await using var server = await KeyedServer.StartAsync(Open);
        var body = new ByteArrayContent("""{"command":"true"}"""u8.ToArray());
        body.Headers.ContentType = type is null ? null : MediaTypeHeaderValue.Parse(type);

        using var answer = await server.SendAsync(HttpMethod.Post, Exec, body);

        Assert.Equal(status, (int)answer.StatusCode);
    }

    [Fact]
    public async Task It_is_told_to_who_asks_and_named_in_the_audit()
    {
        await using var server = await KeyedServer.StartAsync(Open);

        using var made = await server.PostAsync("/api/dgx/projects", """{"connection_id":"a","name":"vision"}""");

        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        Assert.Equal("""{"name":"anonymous","scopes":["read","control"],"anonymous":true}""", (await server.JsonAsync("/api/me")).GetRawText());
        var row = (await server.AuditAsync()).GetProperty("items")[0];
        Assert.Equal(("anonymous", "project_create"), (row.GetProperty("who").GetString(), row.GetProperty("action").GetString()));
        var shown = await server.JsonAsync("/api/config");
        Assert.Equal("loopback", shown.GetProperty("anonymous_control").GetString());
        var warning = Assert.Single(shown.GetProperty("warnings").EnumerateArray().Select(w => w.GetString()!));
        Assert.StartsWith("anonymous_control: ", warning, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reload_that_takes_it_out_ends_it()
    {
        await using var server = await KeyedServer.StartAsync(Open);
        server.Api.WriteConfig($"{ApiServer.TwoHosts}{KeyedServer.Keys}");
        (await server.PostAsync("/-/reload", null, ("X-API-Key", server.AdminKey))).EnsureSuccessStatusCode();

        using var answer = await server.PostAsync(Exec, """{"command":"true"}""");

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }
}
