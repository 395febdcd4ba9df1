using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using FleetExporter.IntegrationTests.Parts;
using FleetExporter.IntegrationTests.Store;
using FleetExporter.Tests.Remote;

namespace FleetExporter.IntegrationTests;

/// <summary>Targets created through the API of the real exporter, polled over real sockets and kept in real stores.</summary>
public sealed class StoredTargetsTests : IAsyncDisposable
{
    private const string Ok = """{"status":"ok","model":"m","service":"s"}""";

    private readonly TestFolder _one = new();
    private readonly TestFolder _two = new();
    private readonly ScriptedServer _server = new ScriptedServer().Answer("/ok", 200, Ok).Answer("/also", 200, Ok).Answer("/404", 404, "");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _one.Dispose();
        _two.Dispose();
    }

    [Fact]
    public async Task A_service_is_added_changed_switched_off_and_deleted_and_survives_a_restart()
    {
        await using (var exporter = await StartAsync(_one, ""))
        {
            var made = await DoAsync(exporter, HttpMethod.Post, "/api/targets", Service("stt", "/ok"));
            Assert.Equal(("api", "not polled yet"), (made.Text("source"), made.Text("reason")));
            await exporter.UntilAsync("it is up within a poll", p => IsUp(p, "stt") == 1, TimeSpan.FromSeconds(5));
            Assert.Equal("ok", (await exporter.JsonAsync("/api/overview"))["multimodal"]!["services"]!["stt"]!.Text("status"));
            Assert.Equal("ok", (await exporter.JsonAsync("/api/targets/service/stt")).Text("state"));

            await DoAsync(exporter, HttpMethod.Put, "/api/targets/service/stt", new { settings = new { url = _server.Url("/404").ToString() } });
            await exporter.UntilAsync("the change counts", p => IsUp(p, "stt") == 0);
            var failing = await exporter.JsonAsync("/api/targets/service/stt");
            Assert.Equal("error", failing.Text("state"));
            Assert.True(failing["detail"]!["failure_counts"]!["status"]!.GetValue<long>() > 0);
            await exporter.StopAsync();
        }

        await using (var exporter = await StartAsync(_one, ""))
        {
            await exporter.UntilAsync("it is polled again", p => IsUp(p, "stt") == 0);
            await DoAsync(exporter, HttpMethod.Put, "/api/targets/service/stt", new { is_active = false });
            await exporter.UntilAsync("it is gone", p => IsUp(p, "stt") is null);
            Assert.Equal("it is not active", (await exporter.JsonAsync("/api/targets/service/stt")).Text("idle"));
            await DoAsync(
                exporter, HttpMethod.Put, "/api/targets/service/stt",
                new { is_active = true, settings = new { url = _server.Url("/also").ToString() } });
            await exporter.UntilAsync("it is up", p => IsUp(p, "stt") == 1);

            await DoAsync(exporter, HttpMethod.Delete, "/api/targets/service/stt", null);
            await exporter.UntilAsync("it is deleted", p => IsUp(p, "stt") is null);
            Assert.Empty((await exporter.JsonAsync("/api/targets")).List("items"));
            Assert.Equal(
                ["target_delete", "target_change", "target_change", "target_change", "target_create"],
                (await exporter.JsonAsync("/api/audit")).List("items").Select(i => i.Text("action")));
            await exporter.StopAsync();
        }
    }

    [Fact]
    public async Task A_try_tells_what_is_wrong_and_stores_nothing()
    {
        await using var exporter = await StartAsync(_one, "");
        Assert.Equal("true", (await TryAsync(_server.Url("/ok").ToString()))["ok"]!.ToString());
        Assert.Equal("refused", Assert.Single((await TryAsync($"http://127.0.0.1:{Ports.Free()}/")).List("steps")).Text("reason"));
        var wrong = Assert.Single((await TryAsync(_server.Url("/404").ToString())).List("steps"));
        Assert.Equal(("failed", "status"), (wrong.Text("verdict"), wrong.Text("reason")));
        Assert.NotEmpty(wrong.Text("fix"));

        using var refused = await exporter.Http.PostAsJsonAsync(
            "/api/targets/try", new { kind = "service", settings = new { url = "http://169.254.169.254/latest/meta-data/" } }, Stop);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.StatusCode);
        Assert.Contains("allow_link_local_targets", await refused.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
        Assert.Empty((await exporter.JsonAsync("/api/targets")).List("items"));

        Task<JsonNode> TryAsync(string url) =>
            DoAsync(exporter, HttpMethod.Post, "/api/targets/try", new { kind = "service", settings = new { url } });
    }

    [Fact]
    public async Task A_name_that_comes_to_mean_the_metadata_of_a_cloud_is_not_reached()
    {
        _one.Write("hosts", "127.0.0.1 localhost moving.test\n");
        await using var exporter = await StartAsync(_one, $"services: [{{ name: file, url: \"http://moving.test:{_server.Port}/ok\" }}]\n");
        await DoAsync(
            exporter, HttpMethod.Post, "/api/targets",
            new { kind = "service", name = "moving", settings = new { url = $"http://moving.test:{_server.Port}/ok", timeout = "1s" } });
        await DoAsync(
            exporter, HttpMethod.Post, "/api/targets",
            new { kind = "tunnel", name = "tunnel", settings = new { connect = $"moving.test:{_server.Port}", timeout = "1s" } });
        await exporter.UntilAsync("both are up", p => IsUp(p, "moving") == 1 && p.Find("fleet_tunnel_up", ("tunnel", "tunnel")) == 1);

        await File.WriteAllTextAsync(_one.PathOf("hosts"), "127.0.0.1 localhost\n169.254.169.254 moving.test\n", Stop);
        await exporter.UntilAsync("both are refused", p =>
            p.Find("fleet_service_failure", ("service", "moving"), ("reason", "refused")) == 1
            && p.Find("fleet_tunnel_failure", ("tunnel", "tunnel"), ("reason", "refused")) == 1);
        foreach (var path in new[] { "service/moving", "tunnel/tunnel" })
        {
            Assert.StartsWith(
                "refused: not connected: moving.test is 169.254.169.254, which is link-local",
                (await exporter.JsonAsync($"/api/targets/{path}")).Text("reason"), StringComparison.Ordinal);
        }

        // The file's own may go there.
        Assert.DoesNotContain("not connected", (await exporter.JsonAsync("/api/targets/service/file")).Text("reason"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Secrets_are_read_below_secret_dirs_only()
    {
        var secrets = _one.Make("data/secrets");
        _one.Write("data/secrets/key", "sk-allowed\n");
        _one.Write("elsewhere", "sk-other\n");
        await using var exporter = await StartAsync(_one, "");
        _server.Answer("/p/v1/models", 200, """{"data":[{"id":"qwen"}]}""");

        using var refused = await exporter.Http.PostAsJsonAsync("/api/targets", Provider(_one.PathOf("elsewhere")), Stop);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.StatusCode);
        Assert.Contains(secrets, await refused.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
        await DoAsync(exporter, HttpMethod.Post, "/api/targets", Provider($"{secrets}/key"));
        await Until.TrueAsync(
            () => _server.Requests.Any(r => r.Headers.GetValueOrDefault("Authorization") == "Bearer sk-allowed"), "the key is sent",
            () => exporter.Log);
        Assert.DoesNotContain("sk-", (await exporter.JsonAsync("/api/targets/provider/p")).ToJsonString(), StringComparison.Ordinal);

        object Provider(string path) => new { kind = "provider", name = "p", settings = new { url = _server.Url("/p").ToString(), key_file = path } };
    }

    [Fact]
    public async Task Without_the_store_targets_of_the_file_go_on_and_stored_ones_stay_in_memory()
    {
        await using var server = await PostgresServer.StartAsync();
        await server.NewAsync();
        var config = $"services: [{{ name: file, url: \"{_server.Url("/ok")}\" }}]\nstore: {{ connection: \"{server.UrlOf("fleet1")}\" }}\n";
        await using (var exporter = await StartAsync(_one, config))
        {
            await DoAsync(exporter, HttpMethod.Post, "/api/targets", Service("stored", "/ok"));
            await exporter.StopAsync();
        }

        await server.StopAsync();
        await using (var exporter = await StartAsync(_one, config))
        {
            await exporter.UntilAsync("the file's is polled", p => IsUp(p, "file") == 1);
            Assert.Equal(["file"], (await exporter.JsonAsync("/api/targets")).List("items").Select(t => t.Text("name")));
            using var unknown = await exporter.Http.GetAsync("/api/targets/service/stored", Stop);
            Assert.Equal((HttpStatusCode.ServiceUnavailable, "5"), (unknown.StatusCode, unknown.Headers.RetryAfter?.ToString()));

            await server.RunAsync();
            await exporter.UntilAsync("the stored one is polled as soon as the store answers", p => IsUp(p, "stored") == 1);
            await server.StopAsync();
            using var refused = await exporter.Http.PostAsJsonAsync("/api/targets", Service("x", "/ok"), Stop);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
            Assert.Equal(["file", "stored"], (await exporter.JsonAsync("/api/targets")).List("items").Select(t => t.Text("name")));
            var page = await exporter.PageAsync();
            Assert.Equal((1, 1), (IsUp(page, "file"), IsUp(page, "stored")));
        }

        // It ends as one that runs.
        await server.RunAsync();
    }

    [Fact]
    public async Task Two_exporters_on_one_store_watch_the_same_targets()
    {
        await using var store = await StoreBackend.NewAsync(StoreKind.Postgres);
        await using var one = await StartAsync(_one, $"store: {{ connection: \"{store.Url}\" }}\n");
        await using var two = await StartAsync(
            _two, $"services: [{{ name: taken, url: \"{_server.Url("/also")}\" }}]\nstore: {{ connection: \"{store.Url}\" }}\n");
        await DoAsync(one, HttpMethod.Post, "/api/targets", Service("shared", "/ok"));
        var taken = await DoAsync(one, HttpMethod.Post, "/api/targets", Service("taken", "/404"));

        await two.UntilAsync("the other's is polled", p => IsUp(p, "shared") == 1, TimeSpan.FromSeconds(60));
        await one.UntilAsync("its own is polled", p => IsUp(p, "taken") == 0);
        Assert.Equal(1, IsUp(await two.PageAsync(), "taken"));
        Assert.Equal(
            "a service of fleet.yml has the same name; rename one of the two",
            (await two.JsonAsync($"/api/targets/service/{taken.Text("id")}")).Text("idle"));

        await DoAsync(two, HttpMethod.Delete, "/api/targets/service/shared", null);
        await one.UntilAsync("the other's deletion counts", p => IsUp(p, "shared") is null, TimeSpan.FromSeconds(60));
        await one.StopAsync();
        await two.StopAsync();
    }

    private static double? IsUp(Page page, string name) => page.Find("fleet_service_up", ("service", name));

    private static Task<Exporter> StartAsync(TestFolder folder, string config) =>
        Exporter.StartAsync(folder, $"poll_interval: 1s\nhosts: []\n{config}");

    private static Task<JsonNode> DoAsync(Exporter exporter, HttpMethod method, string path, object? body) =>
        ConnectionsTests.DoAsync(exporter, method, path, body);

    private object Service(string name, string path) => new { kind = "service", name, settings = new { url = _server.Url(path).ToString() } };
}
