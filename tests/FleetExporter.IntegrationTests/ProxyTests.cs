using System.Text.Json.Nodes;
using FleetExporter.IntegrationTests.Parts;

namespace FleetExporter.IntegrationTests;

/// <summary>The exporter behind a real nginx with TLS. Clients have their own addresses, by curl's --interface.</summary>
public sealed class ProxyTests : IDisposable
{
    private const string Client = "127.0.0.2";
    private const string Other = "127.0.0.3";

    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Behind_a_trusted_proxy_the_audit_has_the_client_address_and_the_cookie_is_secure()
    {
        await using var exporter = await StartAsync($"trusted_proxies: [{NginxServer.Address}]\n");
        await using var nginx = await ProxyAsync(exporter);
        var admin = KeyOf(exporter);

        var login = await CurlAsync(nginx, Client, "/api/login", "-H", "Content-Type: application/json", "-d", $$"""{"key":"{{admin}}"}""");

        Assert.StartsWith("204 ", login, StringComparison.Ordinal);
        Assert.Matches("set-cookie: fleet_session=[^\n]*; secure;", login.ToLowerInvariant());
        var row = (await exporter.JsonAsync("/api/audit")).List("items")[0];
        Assert.Equal(("login", "ok", Client), (row.Text("action"), row.Text("outcome"), row.Text("address")));

        // nginx replaces the headers of the client.
        var reload = await CurlAsync(
            nginx, Other, "/-/reload", "-X", "POST", "-H", $"X-API-Key: {admin}", "-H",
            "X-Forwarded-For: 198.51.100.1", "-H", "X-Forwarded-Host: evil.example");
        Assert.StartsWith("200 ", reload, StringComparison.Ordinal);
        Assert.Equal(Other, (await exporter.JsonAsync("/api/audit")).List("items")[0].Text("address"));
    }

    [Fact]
    public async Task Wrong_keys_lock_out_only_their_client()
    {
        await using var exporter = await StartAsync($"trusted_proxies: [{NginxServer.Address}]\n");
        await using var nginx = await ProxyAsync(exporter);
        var answers = new List<string>();
        while (answers.Count < 30 && answers.LastOrDefault() != "429")
        {
            answers.Add((await CurlAsync(nginx, Client, "/api/me", "-H", $"X-API-Key: wrong{answers.Count}"))[..3]);
        }

        Assert.True(answers.Count > 10, string.Join(' ', answers));
        var key = $"X-API-Key: {KeyOf(exporter)}";
        Assert.StartsWith("429 ", await CurlAsync(nginx, Client, "/api/me", "-H", key), StringComparison.Ordinal);
        Assert.StartsWith("200 ", await CurlAsync(nginx, Other, "/api/me", "-H", key), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_web_interface_works_behind_the_proxy()
    {
        await using var exporter = await StartAsync($"trusted_proxies: [{NginxServer.Address}]\n");
        await using var nginx = await ProxyAsync(exporter);
        var login = await CurlAsync(nginx, Client, "/api/login", "-H", "Content-Type: application/json", "-d", $$"""{"key":"{{KeyOf(exporter)}}"}""");
        var cookie = $"Cookie: fleet_session={login.Split("fleet_session=")[1].Split(';')[0]}";

        var own = await CurlAsync(nginx, Client, "/-/reload", "-X", "POST", "-H", cookie, "-H", $"Origin: {nginx.Url}");
        Assert.StartsWith("200 ", own, StringComparison.Ordinal);
        var foreign = await CurlAsync(nginx, Client, "/-/reload", "-X", "POST", "-H", cookie, "-H", "Origin: https://evil.example");
        Assert.StartsWith("403 ", foreign, StringComparison.Ordinal);
        Assert.StartsWith(
            "101 ",
            await CurlAsync(
                nginx, Client, "/ws", "--http1.1", "--max-time", "2", "-H", cookie, "-H", $"Origin: {nginx.Url}", "-H", "Connection: Upgrade",
                "-H", "Upgrade: websocket", "-H", "Sec-WebSocket-Version: 13", "-H", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("trusted_proxies: [127.0.0.8]\n")]
    public async Task Headers_of_an_untrusted_proxy_are_ignored(string yml)
    {
        await using var exporter = await StartAsync(yml);
        await using var nginx = await ProxyAsync(exporter);
        var admin = KeyOf(exporter);

        var login = await CurlAsync(nginx, Client, "/api/login", "-H", "Content-Type: application/json", "-d", $$"""{"key":"{{admin}}"}""");

        Assert.StartsWith("204 ", login, StringComparison.Ordinal);
        Assert.DoesNotContain("; secure", login, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(NginxServer.Address, (await exporter.JsonAsync("/api/audit")).List("items")[0].Text("address"));

        // Requests through a proxy need a key, and the answer explains why.
        var refused = await CurlAsync(nginx, Client, "/api/hosts");
        Assert.StartsWith("401 ", refused, StringComparison.Ordinal);
        var problem = JsonNode.Parse(refused[refused.IndexOf('{', StringComparison.Ordinal)..])!;
        Assert.Contains("X-Forwarded-For", problem.Text("detail"), StringComparison.Ordinal);
    }

    private static string KeyOf(Exporter exporter) => exporter.Http.DefaultRequestHeaders.GetValues("X-API-Key").Single();

    /// <returns>The status and a space, then the head and the body.</returns>
    private static async Task<string> CurlAsync(NginxServer nginx, string from, string path, params IEnumerable<string> more)
    {
        var answer = await Tool.TryAsync("curl", ["-sk", "-i", "--interface", from, "-w", "\n%{http_code}", .. more, nginx.Url + path]);
        var end = answer.Output.LastIndexOf('\n');
        Assert.True(end >= 0, answer.Error + nginx.Log);
        return $"{answer.Output[(end + 1)..]} {answer.Output[..end].Replace("\r\n", "\n", StringComparison.Ordinal)}";
    }

    private Task<Exporter> StartAsync(string yml) => Exporter.StartAsync(_folder, $"hosts: []\n{yml}");

    private Task<NginxServer> ProxyAsync(Exporter exporter) =>
        NginxServer.StartAsync(_folder, exporter.Http.BaseAddress!, TestCertificate.Write(_folder, "proxy", "127.0.0.1"));
}
