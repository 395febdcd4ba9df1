using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using FleetExporter.IntegrationTests.Parts;
using FleetExporter.Tests.Remote;

namespace FleetExporter.IntegrationTests;

/// <summary>Services and providers, good and bad, watched by the real exporter at once.</summary>
public sealed class ServicesTests : IAsyncLifetime
{
    private const string Ok = """{"status":"ok","model":"m","service":"s"}""";

    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();

    private readonly TestFolder _folder = new();
    private readonly ScriptedServer _plain = new();
    private readonly ScriptedServer _llama = new();
    private readonly ScriptedServer _router = new();
    private readonly X509Certificate2 _soon = ScriptedServer.Certificate(Now.AddDays(-30), Now.AddDays(3));
    private readonly X509Certificate2 _old = ScriptedServer.Certificate(Now.AddDays(-30), Now.AddDays(-1));
    private readonly X509Certificate2 _own = ScriptedServer.Certificate(Now.AddDays(-30), Now.AddDays(30));
    private ScriptedServer _soonServer = null!;
    private ScriptedServer _oldServer = null!;
    private ScriptedServer _ownServer = null!;

    public ValueTask InitializeAsync()
    {
        _soonServer = new ScriptedServer(_soon).Answer("/", 200, Ok);
        _oldServer = new ScriptedServer(_old).Answer("/", 200, Ok);
        _ownServer = new ScriptedServer(_own).Answer("/", 200, Ok);
        _plain.Answer("/ok", 200, Ok).Answer("/loading", 503, """{"status":"loading"}""").Answer("/error", 200, """{"status":"error"}""")
            .Answer("/401", 401, "").Answer("/404", 404, "").Answer("/text", 200, "<html>").Answer("/redirect", 302, "", "Location: /redirect\r\n")
            .Raw("/huge", "HTTP/1.1 200 X\r\nContent-Length: 2000000\r\n\r\n" + new string(' ', 2_000_000))
            .Raw("/cut", "HTTP/1.1 200 X\r\nContent-Length: 100\r\n\r\n{", close: true)
            .Script("/slow", async (stream, stop) =>
            {
                await stream.WriteAsync("HTTP/1.1 200 X\r\nContent-Length: 9\r\n\r\n{"u8.ToArray(), stop);
                await Task.Delay(Timeout.Infinite, stop);
            })
            .Answer("/starting/v1/models", 503, """{"error":{"code":503,"message":"Loading model"}}""")
            .Answer("/locked/v1/models", 401, "");
        foreach (var server in (ScriptedServer[])[_llama, _router])
        {
            server.Answer("/health", 200, """{"status":"ok"}""").Answer("/props", 200, """{"total_slots":2}""")
                .Answer("/slots", 200, """[{"is_processing":true},{"is_processing":false}]""")
                .Answer("/metrics", 200, "llamacpp:prompt_tokens_total 7\nllamacpp:tokens_predicted_total 9\n");
        }

        _llama.Answer("/v1/models", 200, """{"data":[{"id":"qwen","owned_by":"llamacpp"}]}""");
        _router.Answer("/v1/models", 200, """{"data":[{"id":"a","status":{"value":"unloaded"}},{"id":"b","status":{"value":"loaded"}}]}""");
        _folder.Write("trusted.pem", _soon.ExportCertificatePem() + "\n" + _old.ExportCertificatePem());
        _folder.Write("key", "sk-first\n");
        _folder.Write("fleet.yml", $"""
            poll_interval: 1s
            hosts: []
            services:
            - {"{"} name: ok, url: "{_plain.Url("/ok")}", host: box {"}"}
            {Service("loading", _plain.Url("/loading"))}
            {Service("reported_error", _plain.Url("/error"))}
            {Service("auth", _plain.Url("/401"))}
            {Service("status", _plain.Url("/404"))}
            {Service("body", _plain.Url("/text"))}
            {Service("redirect", _plain.Url("/redirect"))}
            {Service("too_large", _plain.Url("/huge"))}
            {Service("protocol", _plain.Url("/cut"))}
            - {"{"} name: timeout, url: "{_plain.Url("/slow")}", timeout: 300ms {"}"}
            {Service("soon", _soonServer.Url())}
            {Service("tls", _oldServer.Url())}
            {Service("tls own", _ownServer.Url())}
            {Service("refused", new Uri($"http://127.0.0.1:{Ports.Free()}/"))}
            {Service("dns", new Uri("http://no-such-host.invalid/"))}
            providers:
            - {"{"} name: llama, url: "{_llama.Url()}", kind: llama_cpp, key_file: key {"}"}
            - {"{"} name: router, url: "{_router.Url()}", kind: llama_cpp {"}"}
            - {"{"} name: starting, url: "{_plain.Url("/starting/v1")}" {"}"}
            - {"{"} name: locked, url: "{_plain.Url("/locked")}" {"}"}
            """);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Every_bad_target_has_its_reason_and_good_ones_stay_up()
    {
        await using var exporter = await Exporter.StartAsync(_folder, null, Environment, "--config", _folder.PathOf("fleet.yml"));
        string[] reasons = ["reported_error", "auth", "status", "body", "redirect", "too_large", "protocol", "timeout", "tls", "refused", "dns"];
        var page = await exporter.UntilAsync(
            "all have been asked more than once", p => p.Of("fleet_service_up").Count() == 15 && p.Of("fleet_provider_up").Count() == 4
                && reasons.All(r => p.Find("fleet_service_consecutive_failures", ("service", r)) > 1));

        foreach (var reason in reasons.Append("tls own"))
        {
            Assert.Equal(0, page.Value("fleet_service_up", ("service", reason)));
            Assert.Equal(reason.Split(' ')[0], Assert.Single(page.Of("fleet_service_failure", ("service", reason)), s => s.Value == 1)["reason"]);
            Assert.Equal("error", StateOf(page, "service", reason));
            Assert.True(page.Value("fleet_collector_failures_total", ("target", reason), ("reason", reason.Split(' ')[0])) > 0);
        }

        Assert.Equal(["ok", "loading", "ok"], new[] { "ok", "loading", "soon" }.Select(s => StateOf(page, "service", s)));
        Assert.All(new[] { "ok", "loading", "soon" }, s =>
            Assert.Equal((1, 0), (page.Value("fleet_service_up", ("service", s)), page.Value("fleet_service_consecutive_failures", ("service", s)))));
        Assert.Equal(1, page.Value("fleet_service_info", ("host", "box"), ("service", "ok"), ("model", "m"), ("name", "s")));
        Assert.Equal(
            new DateTimeOffset(_soon.NotAfter).ToUnixTimeSeconds(),
            page.Value("fleet_service_certificate_expiry_timestamp_seconds", ("service", "soon")));
        Assert.Contains(page.Of("fleet_service_probe_duration_seconds", ("service", "soon")), s => s["phase"] == "tls" && s.Value > 0);

        Assert.Equal(["ok", "ok", "loading", "error"], new[] { "llama", "router", "starting", "locked" }.Select(p => StateOf(page, "provider", p)));
        Assert.Equal(1, page.Value("fleet_provider_failure", ("provider", "locked"), ("reason", "auth")));
        Assert.Equal(
            (7, 1),
            (page.Value("fleet_llamacpp_prompt_tokens_total", ("provider", "llama"), ("model", "qwen")),
                page.Value("fleet_llamacpp_slots", ("provider", "llama"), ("state", "busy"))));
        Assert.Equal((0, 1), (page.Value("fleet_llamacpp_model_loaded", ("model", "a")), page.Value("fleet_llamacpp_model_loaded", ("model", "b"))));
        Assert.Equal(["/health", "/v1/models"], _router.Paths.Distinct().Order());

        _folder.Write("key", "sk-second\n");
        await Until.TrueAsync(() => _llama.Requests.Last().Headers["Authorization"] == "Bearer sk-second", "the new key is used", () => exporter.Log);
        Assert.All(_llama.Requests.Concat(_plain.Requests).Concat(_router.Requests), r =>
            Assert.StartsWith("FleetExporter/", r.Headers["User-Agent"], StringComparison.Ordinal));
        Assert.All(_llama.Requests.GroupBy(r => (r.Connection, r.Path)), same => Assert.Single(same));
        Assert.DoesNotContain("sk-", exporter.Log + page.Text, StringComparison.Ordinal);
        await exporter.StopAsync();
    }

    [Fact]
    public async Task Probe_tests_a_target_once_and_prints_fixes()
    {
        var good = await ProbeAsync("llama");
        Assert.True(good.Exit == 0, good.Error + good.Output);
        Assert.Equal(["provider", "state", "models", "server", "slots", "metrics"], good.Rows.Select(r => r.Text("check")));
        Assert.Equal("1 busy, 1 idle", good.Rows[4].Text("detail"));
        Assert.Equal(5, _llama.Requests.Count);

        var soon = await ProbeAsync("soon");
        Assert.Equal($"until {_soon.NotAfter.ToUniversalTime():yyyy-MM-dd}", soon.Rows.Single(r => r.Text("check") == "certificate").Text("detail"));

        foreach (var name in (string[])["reported_error", "tls", "timeout", "refused"])
        {
            var bad = await ProbeAsync(name);
            Assert.True(bad.Exit == 1, bad.Output);
            var row = Assert.Single(bad.Rows);
            Assert.Equal(("failed", name), (row.Text("verdict"), row.Text("reason")));
            Assert.NotEmpty(row.Text("detail"));
            Assert.NotEmpty(row.Text("fix"));
        }

        var table = await Tool.TryAsync(Repository.Service, ["--config", _folder.PathOf("fleet.yml"), "probe", "reported_error"], null, Environment!);
        Assert.Equal(1, table.Exit);
        Assert.Contains("service failed: status 200, reported error", table.Output, StringComparison.Ordinal);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in (ScriptedServer[])[_plain, _llama, _router, _soonServer, _oldServer, _ownServer])
        {
            await server.DisposeAsync();
        }

        _soon.Dispose();
        _old.Dispose();
        _own.Dispose();
        _folder.Dispose();
    }

    private Dictionary<string, string?> Environment =>
        new() { ["SSL_CERT_FILE"] = _folder.PathOf("trusted.pem"), ["SSL_CERT_DIR"] = _folder.Make("certs") };

    private static string Service(string name, Uri url) => $$"""- { name: {{name}}, url: "{{url}}" }""";

    private static string StateOf(Page page, string kind, string name) =>
        Assert.Single(page.Of($"fleet_{kind}_state", (kind, name)), s => s.Value == 1)["state"];

    private async Task<(int Exit, string Output, string Error, List<JsonNode> Rows)> ProbeAsync(string name)
    {
        var result = await Tool.TryAsync(
            Repository.Service, ["--config", _folder.PathOf("fleet.yml"), "probe", name, "--format", "json"], null, Environment!);
        return (result.Exit, result.Output, result.Error, [.. JsonNode.Parse(result.Output)!.AsArray().Select(n => n!)]);
    }
}
