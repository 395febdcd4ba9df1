using System.IO.Compression;
using System.Text.Json;

namespace FleetExporter.Tests.Api;

public sealed class OperationsTests
{
    [Theory]
    [InlineData("*/*", "text/plain; version=0.0.4; charset=utf-8", "# HELP fleet_build_info ", "\n")]
    [InlineData(
        "application/openmetrics-text", "application/openmetrics-text; version=1.0.0; charset=utf-8", "# TYPE fleet_build_info gauge", "# EOF\n")]
    public async Task Metrics_come_in_both_formats(string accept, string type, string begin, string end)
    {
        await using var server = await ApiServer.StartAsync();

        using var response = await server.GetAsync("/metrics", ("Accept", accept));
        var page = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

        Assert.Equal(type, response.Content.Headers.ContentType?.ToString());
        Assert.StartsWith(begin, page, StringComparison.Ordinal);
        Assert.EndsWith(end, page, StringComparison.Ordinal);
        Assert.Contains("fleet_host_cpus{host=\"b b\"} 2\n", page, StringComparison.Ordinal);
        Assert.Contains("fleet_config_last_reload_success 1\n", page, StringComparison.Ordinal);
        Assert.Contains("fleet_series_dropped_total{family=\"fleet_gpu_info\"} 0", page, StringComparison.Ordinal);
        Assert.DoesNotContain("FlushResult", page, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Metrics_are_compressed_on_request()
    {
        await using var server = await ApiServer.StartAsync();

        using var response = await server.GetAsync("/metrics", ("Accept-Encoding", "gzip"), ("Accept", "application/openmetrics-text"));

        Assert.Equal(["gzip"], response.Content.Headers.ContentEncoding);
        await using var unzipped = new GZipStream(
            await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken), CompressionMode.Decompress);
        using var reader = new StreamReader(unzipped);
        Assert.EndsWith("# EOF\n", await reader.ReadToEndAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_probe_polls_one_host_and_returns_its_page()
    {
        await using var server = await ApiServer.StartAsync();

        var page = await server.TextAsync("/probe?target=b%20b");

        Assert.Contains("fleet_host_cpus{host=\"b b\"} 2\n", page, StringComparison.Ordinal);
        Assert.DoesNotContain("host=\"a\"", page, StringComparison.Ordinal);
        Assert.DoesNotContain("fleet_build_info", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/probe", 400)]
    [InlineData("/probe?target=", 400)]
    [InlineData("/probe?target=nosuch", 404)]
    [InlineData("/api/hosts/nosuch", 404)]
    [InlineData("/api/sessions/nosuch", 404)]
    [InlineData("/debug/hosts/nosuch", 404)]
    [InlineData("/api/hosts?limit=0", 400)]
    [InlineData("/api/hosts?limit=501", 400)]
    [InlineData("/api/sessions?status=dead", 400)]
    public async Task Invalid_requests_are_answered_with_a_problem(string path, int status)
    {
        await using var server = await ApiServer.StartAsync();

        var (answered, problem) = await server.FailAsync(HttpMethod.Get, path);

        Assert.Equal(status, answered);
        Assert.Equal(status, problem.GetProperty("status").GetInt32());
        Assert.Equal(status == 400, problem.TryGetProperty("errors", out _));
    }

    [Fact]
    public async Task Service_discovery_has_a_target_per_host_scraped_through_probe()
    {
        await using var server = await ApiServer.StartAsync();

        var targets = await server.JsonAsync("/sd/hosts");

        var us = server.Client.BaseAddress!.Authority;
        Assert.Equal(
            "[{'targets':['" + us + "'],'labels':{'rack':'r1','__metrics_path__':'/probe','__param_target':'a','host':'a'}},"
            + "{'targets':['" + us + "'],'labels':{'__metrics_path__':'/probe','__param_target':'b b','host':'b b'}}]",
            targets.GetRawText().Replace('"', '\''));
    }

    [Theory]
    [InlineData("/-/healthy", "healthy\n")]
    [InlineData("/-/ready", "ready\n")]
    public async Task Health_and_readiness_answer(string path, string text)
    {
        await using var server = await ApiServer.StartAsync();

        Assert.Equal(text, await server.TextAsync(path));
    }

    [Fact]
    public async Task A_valid_reload_is_applied()
    {
        await using var server = await ApiServer.StartAsync();
        server.WriteConfig("listen: 127.0.0.1:0\nhosts: [{ name: c, address: c.lan }]");

        using var response = await server.SendAsync(HttpMethod.Post, "/-/reload");

        Assert.Equal("""{"warnings":[]}""", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal("c", (await server.JsonAsync("/api/config")).GetProperty("hosts")[0].GetProperty("name").GetString());
    }

    [Fact]
    public async Task An_invalid_reload_lists_all_errors_and_changes_nothing()
    {
        await using var server = await ApiServer.StartAsync();
        server.WriteConfig("poll_interval: 0s\nstale_after_polls: many\nhosts:\n- { name: -a }\n- { name: b, adress: b.lan }\nlisten: nowhere\n");

        var (status, problem) = await server.FailAsync(HttpMethod.Post, "/-/reload");

        Assert.Equal(422, status);
        Assert.Equal(5, problem.GetProperty("errors").GetProperty("fleet.yml").GetArrayLength());
        var page = await server.TextAsync("/metrics");
        Assert.Contains("fleet_config_last_reload_success 0\n", page, StringComparison.Ordinal);
        Assert.Contains("fleet_host_cpus{host=\"a\"} 2\n", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_Host_header_is_rejected()
    {
        await using var server = await ApiServer.StartAsync();

        Assert.Equal(421, (await server.FailAsync(HttpMethod.Get, "/metrics", ("Host", "evil.example"))).Status);
        Assert.Equal(421, (await server.FailAsync(HttpMethod.Post, "/-/reload", ("Host", "127.0.0.1.evil.example:9470"))).Status);
        using var ours = await server.GetAsync("/-/healthy", ("Host", "localhost:1"));
        Assert.True(ours.IsSuccessStatusCode);
    }

    [Theory]
    [InlineData("GET", "/api/hosts")]
    [InlineData("POST", "/-/reload")]
    public async Task Requests_from_other_sites_are_rejected_and_own_pages_are_not(string method, string path)
    {
        await using var server = await ApiServer.StartAsync();

        foreach (var origin in new[] { "https://evil.example", "null", "http://localhost:1" })
        {
            Assert.Equal(403, (await server.FailAsync(new HttpMethod(method), path, ("Origin", origin))).Status);
        }

        using var own = await server.SendAsync(
            new HttpMethod(method), path, ("Origin", server.Client.BaseAddress!.GetLeftPart(UriPartial.Authority)));
        Assert.True(own.IsSuccessStatusCode);
        Assert.Equal("nosniff", own.Headers.GetValues("X-Content-Type-Options").Single());
    }

    [Fact]
    public async Task The_configuration_is_shown_without_secrets()
    {
        await using var server = await ApiServer.StartAsync();

        var config = await server.JsonAsync("/api/config");

        Assert.Equal(["a", "b b"], config.GetProperty("hosts").EnumerateArray().Select(h => h.GetProperty("name").GetString()!));
        Assert.DoesNotContain(Names(config), n =>
            n.Contains("secret", StringComparison.Ordinal) || n.Contains("password", StringComparison.Ordinal)
                || n.Contains("token", StringComparison.Ordinal));
    }

    private static IEnumerable<string> Names(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(p => Names(p.Value).Prepend(p.Name)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(Names),
        _ => [],
    };
}
