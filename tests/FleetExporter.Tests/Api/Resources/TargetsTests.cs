using System.Text.Json;
using FleetExporter.Config;
using FleetExporter.Store;
using FleetExporter.Tests.Remote;
using Microsoft.Extensions.DependencyInjection;

namespace FleetExporter.Tests.Api.Resources;

public sealed class TargetsTests : IAsyncDisposable
{
    private readonly ScriptedServer _target = new ScriptedServer().Answer("/ok", 200, """{"status":"ok","model":"m","service":"s"}""")
        .Answer("/loading", 503, """{"status":"loading"}""").Answer("/404", 404, "");

    public ValueTask DisposeAsync() => _target.DisposeAsync();

    [Fact]
    public async Task A_target_is_polled_at_once_like_one_of_the_file()
    {
        await using var server = await ApiServer.StartAsync();
        var made = await server.DoAsync("POST", "/api/targets", Service("stt", "/ok"));

        Assert.Equal(
            ("service", "stt", "box", "api", "true", "null", "not polled yet", "null", "null"),
            (made.Text("kind"), made.Text("name"), made.Text("host"), made.Text("source"), made.Text("is_active"), made.Text("state"),
                made.Text("reason"), made.Text("idle"), made.Text("since")));
        Assert.Equal($$"""{"host":"box","url":"{{_target.Url("/ok")}}"}""", made.GetProperty("settings").GetRawText());

        var overview = await server.JsonAsync("/api/overview?fresh=true");
        Assert.Equal("ok", overview.GetProperty("multimodal").GetProperty("services").GetProperty("stt").Text("status"));
        var page = await server.TextAsync("/metrics");
        Assert.Contains("fleet_service_up{host=\"box\",service=\"stt\"} 1\n", page, StringComparison.Ordinal);
        var one = await server.JsonAsync("/api/targets/service/stt");
        Assert.Equal(("ok", "null", "0"), (one.Text("state"), one.Text("reason"), one.Text("consecutive_failures")));
        var detail = one.GetProperty("detail");
        Assert.Equal(("ok", "m", "s", "[]", "{}"), (
            detail.Text("health"), detail.Text("model"), detail.Text("service_name"), detail.Text("failures"), detail.Text("failure_counts")));
        Assert.Contains(detail.GetProperty("phases").EnumerateArray(), p => p.Text("phase") == "first_byte");
        Assert.NotEqual("null", one.Text("since"));
        Assert.False((await server.JsonAsync("/api/targets")).GetProperty("items")[0].TryGetProperty("detail", out _));
        Assert.DoesNotContain("stt", await server.TextAsync("/api/config"), StringComparison.Ordinal);

        await server.DoAsync("PUT", "/api/targets/service/stt", $$$"""{"settings":{"url":"{{{_target.Url("/404")}}}","host":null}}""");
        await server.JsonAsync("/api/overview?fresh=true");
        one = await server.JsonAsync("/api/targets/service/stt");
        Assert.Equal(("error", "status: status 404: nothing", ThisMachine.Name), (one.Text("state"), one.Text("reason"), one.Text("host")));
        var failure = Assert.Single(one.GetProperty("detail").GetProperty("failures").EnumerateArray());
        Assert.Equal(("status", "status 404: nothing"), (failure.Text("reason"), failure.Text("text")));
        Assert.Equal("""{"status":1}""", one.GetProperty("detail").Text("failure_counts"));

        await server.DoAsync("PUT", "/api/targets/service/stt", """{"is_active":false}""");
        Assert.Null(server.State.FindTarget("stt"));
        one = await server.JsonAsync("/api/targets/service/stt");
        Assert.Equal(("null", "null", "it is not active"), (one.Text("state"), one.Text("reason"), one.Text("idle")));
        await server.DoAsync("PUT", "/api/targets/service/stt", """{"is_active":true,"name":"speech"}""");
        Assert.NotNull(server.State.FindTarget("speech"));
        await server.DoAsync("DELETE", "/api/targets/service/speech");
        Assert.Null(server.State.FindTarget("speech"));
        Assert.Equal(404, (await server.CallAsync("GET", "/api/targets/service/speech")).Status);
        Assert.DoesNotContain("fleet_service_up{", await server.TextAsync("/metrics"), StringComparison.Ordinal);
        Assert.Equal(
            "target_delete target_change target_change target_change target_create",
            string.Join(' ', (await server.JsonAsync("/api/audit")).GetProperty("items").EnumerateArray().Select(i => i.Text("action"))));
    }

    [Fact]
    public async Task Targets_of_the_file_are_listed_and_cannot_be_changed()
    {
        await using var server = await ApiServer.StartAsync(ApiServer.TwoHosts + $$"""
            services: [{ name: web, url: "{{_target.Url("/ok")}}", timeout: 1s }]
            tunnels: [{ name: tun, connect: "127.0.0.1:{{_target.Port}}", unit: x.service, host: a, verify: { http: "{{_target.Url("/404")}}" } }]
            """);
        await server.DoAsync("POST", "/api/targets", Service("stt", "/ok"));

        var items = (await server.JsonAsync("/api/targets")).GetProperty("items").EnumerateArray().ToList();
        Assert.Equal(
            ["service/stt api", "service/web file", "tunnel/tun file"], items.Select(i => $"{i.Text("kind")}/{i.Text("name")} {i.Text("source")}"));
        Assert.Equal(
            $$$"""{"host":"a","connect":"127.0.0.1:{{{_target.Port}}}","verify":{"http":"{{{_target.Url("/404")}}}"},"unit":"x.service"}""",
            items[2].GetProperty("settings").GetRawText());
        Assert.Equal(["tun"], await server.NamesAsync("/api/targets?kind=tunnel"));
        Assert.Equal(["stt"], await server.NamesAsync("/api/targets?host=box"));
        Assert.Equal(400, (await server.CallAsync("GET", "/api/targets?kind=host")).Status);
        var first = await server.JsonAsync("/api/targets?limit=2");
        Assert.Equal(["tun"], await server.NamesAsync($"/api/targets?cursor={Uri.EscapeDataString(first.Text("next_cursor"))}"));

        Assert.Equal((409, "source"), await server.RefusedAsync("PUT", "/api/targets/service/web", """{"settings":{"timeout":"2s"}}"""));
        Assert.Equal((409, "source"), await server.RefusedAsync("DELETE", "/api/targets/tunnel/tun"));
        Assert.Equal((404, ""), await server.RefusedAsync("PUT", "/api/targets/tunnel/stt", "{}"));
        Assert.Equal((404, ""), await server.RefusedAsync("DELETE", "/api/targets/nothing/stt"));

        await server.JsonAsync("/api/overview?fresh=true");
        var tunnel = (await server.JsonAsync("/api/targets/tunnel/tun")).GetProperty("detail");
        Assert.Equal("up", tunnel.Text("state"));
        Assert.Equal(
            ["listen port true", "carries data true", "unit null"],
            tunnel.GetProperty("parts").EnumerateArray().Select(p => $"{p.Text("name")} {p.Text("ok")}"));
    }

    [Theory]
    [InlineData("a")]
    [InlineData("web")]
    [InlineData("dgx-1")]
    [InlineData("stt")]
    public async Task A_name_that_is_taken_is_a_conflict(string name)
    {
        await using var server = await ApiServer.StartAsync(ApiServer.TwoHosts + "services: [{ name: web, url: 'http://127.0.0.1:1/' }]\n");
        await server.DoAsync("POST", "/api/dgx/connections", """{"name":"dgx-1","hostname":"dgx.lan"}""");
        await server.DoAsync("POST", "/api/targets", Service("stt", "/ok"));
        await server.DoAsync("POST", "/api/targets", """{"kind":"tunnel","name":"other","settings":{"connect":"127.0.0.1:1"}}""");

        Assert.Equal((409, "name"), await server.RefusedAsync("POST", "/api/targets", Service(name, "/ok")));
        Assert.Equal((409, "name"), await server.RefusedAsync("PUT", "/api/targets/tunnel/other", $$"""{"name":"{{name}}"}"""));
        Assert.Equal((409, "name"), await server.RefusedAsync("POST", "/api/dgx/connections", $$"""{"name":"{{name}}","hostname":"x.lan"}"""));
        Assert.Equal(["other", "stt", "web"], await server.NamesAsync("/api/targets"));
    }

    [Fact]
    public async Task Fields_are_checked_and_nothing_else_is_accepted()
    {
        await using var server = await ApiServer.StartAsync();
        foreach (var (fields, body) in new[]
        {
            ("kind", """{"name":"x","settings":{"url":"http://x"}}"""),
            ("kind", """{"kind":"host","name":"x"}"""),
            ("is_active", """{"kind":"service","name":"x","is_active":1,"settings":{"url":"http://x"}}"""),
            ("name settings.timeout settings.ur settings.url", """{"kind":"service","settings":{"ur":1,"timeout":"x"}}"""),
            ("url", """{"kind":"service","name":"x","url":"http://x"}"""),
            ("settings", """{"kind":"service","settings":{"name":"x","url":"http://x"}}"""),
            ("settings.kind", """{"kind":"provider","name":"p","settings":{"url":"http://x","kind":"no"}}"""),
            ("settings.key_file", """{"kind":"provider","name":"p","settings":{"url":"http://x","key_file":"/etc/passwd"}}"""),
            ("settings.url", """{"kind":"service","name":"x","settings":{"url":"http://169.254.169.254/"}}"""),
        })
        {
            Assert.Equal((422, fields), await server.RefusedAsync("POST", "/api/targets", body));
        }

        Assert.Empty(await server.NamesAsync("/api/targets"));
        var made = await server.DoAsync(
            "POST", "/api/targets", """{"kind":"provider","name":"q","settings":{"url":"http://x","kind":"sglang","timeout":null}}""");
        Assert.Equal("""{"url":"http://x","kind":"sglang"}""", made.Text("settings"));
        Assert.Equal((422, "kind"), await server.RefusedAsync("PUT", "/api/targets/provider/q", """{"kind":"vllm"}"""));
        Assert.Equal((422, "settings.url"), await server.RefusedAsync("PUT", "/api/targets/provider/q", """{"settings":{"url":null}}"""));
        Assert.Equal(
            """{"url":"http://x"}""",
            (await server.DoAsync("PUT", "/api/targets/provider/q", """{"kind":"provider","settings":{"kind":null}}""")).Text("settings"));

        // What a response has may be sent back.
        var whole = await server.JsonAsync("/api/targets/provider/q");
        Assert.Equal("""{"url":"http://x"}""", (await server.DoAsync("PUT", "/api/targets/provider/q", whole.GetRawText())).Text("settings"));
    }

    [Fact]
    public async Task Of_two_people_who_change_a_target_the_second_is_told()
    {
        await using var server = await ApiServer.StartAsync();
        await server.DoAsync("POST", "/api/targets", Service("stt", "/ok"));
        using var read = await server.GetAsync("/api/targets/service/stt");
        var tag = read.Headers.ETag!.Tag;

        Assert.Equal(200, await PutAsync("""{"settings":{"timeout":"1s"}}""", tag));
        Assert.Equal(412, await PutAsync("""{"settings":{"timeout":"2s"}}""", tag));
        Assert.Equal("1s", (await server.JsonAsync("/api/targets/service/stt")).GetProperty("settings").Text("timeout"));
        Assert.Equal(200, await PutAsync("""{"settings":{"timeout":"3s"}}""", "*"));
        Assert.Equal(412, (int)(await server.SendAsync(HttpMethod.Delete, "/api/targets/service/stt", ("If-Match", tag))).StatusCode);
        Assert.Equal(200, await PutAsync("""{"settings":{"timeout":"4s"}}""", null));

        async Task<int> PutAsync(string json, string? match)
        {
            using var request = new HttpRequestMessage(HttpMethod.Put, "/api/targets/service/stt");
            request.Content = new StringContent(json, null, "application/json");
            if (match is not null)
            {
                request.Headers.TryAddWithoutValidation("If-Match", match);
            }

            using var answer = await server.Client.SendAsync(request, TestContext.Current.CancellationToken);
            return (int)answer.StatusCode;
        }
    }

    [Fact]
    public async Task A_target_is_tried_without_being_stored()
    {
        await using var server = await ApiServer.StartAsync(ApiServer.TwoHosts + $"services: [{{ name: web, url: '{_target.Url("/404")}' }}]\n");
        var good = await server.DoAsync(
            "POST", "/api/targets/try", JsonSerializer.Serialize(new { kind = "service", settings = new { url = _target.Url("/ok") } }));
        Assert.Equal(("true", "0"), (good.Text("ok"), good.Text("failed")));
        Assert.Equal(["service ok", "state ok", "model ok", "service ok"], StepsOf(good, "verdict"));

        var file = await server.DoAsync("POST", "/api/targets/try", """{"kind":"service","name":"web"}""");
        Assert.Equal(("false", "1"), (file.Text("ok"), file.Text("failed")));
        Assert.Equal(["service status"], StepsOf(file, "reason"));
        Assert.NotEqual("null", file.GetProperty("steps")[0].Text("fix"));
        var refused = await server.DoAsync("POST", "/api/targets/try", """{"kind":"tunnel","settings":{"connect":"127.0.0.1:1"}}""");
        Assert.Equal(["tunnel refused"], StepsOf(refused, "reason"));

        Assert.Equal(
            (422, "settings.url"),
            await server.RefusedAsync("POST", "/api/targets/try", """{"kind":"service","settings":{"url":"http://169.254.169.254/"}}"""));
        Assert.Equal((404, ""), await server.RefusedAsync("POST", "/api/targets/try", """{"kind":"service","name":"nosuch"}"""));
        Assert.Equal(["web"], await server.NamesAsync("/api/targets"));
        Assert.Equal(
            "target_try begun service, target_try ok service", await server.AskStoreAsync(
                "SELECT group_concat(action || ' ' || outcome || ' ' || target, ', ') FROM (SELECT * FROM audit ORDER BY id LIMIT 2)"));

        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/targets/try")
        {
            Content = new StringContent("""{"kind":"service","name":"web"}""", null, "application/json"),
            Headers = { Accept = { new("text/event-stream") } },
        };
        using var stream = await server.Client.SendAsync(request, TestContext.Current.CancellationToken);
        var events = await stream.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.StartsWith(
            "event: step\ndata: {\"name\":\"service\",\"verdict\":\"running\",\"reason\":null,\"detail\":null,\"fix\":null}\n\n"
                + "event: step\ndata: {\"name\":\"service\",\"verdict\":\"failed\",\"reason\":\"status\"", events, StringComparison.Ordinal);
        Assert.EndsWith("event: done\ndata: {\"ok\":false,\"failed\":1}\n\n", events, StringComparison.Ordinal);

        static IEnumerable<string> StepsOf(JsonElement view, string field) =>
            view.GetProperty("steps").EnumerateArray().Select(s => $"{s.Text("name")} {s.Text(field)}");
    }

    [Fact]
    public async Task At_most_four_targets_are_tried_at_once()
    {
        var release = new TaskCompletionSource();
        _target.Script("/slow", async (_, stop) => await release.Task.WaitAsync(stop));
        await using var server = await ApiServer.StartAsync();
        var body = JsonSerializer.Serialize(new { kind = "service", settings = new { url = _target.Url("/slow"), timeout = "1m" } });
        var tries = Enumerable.Range(0, 4).Select(_ => server.CallAsync("POST", "/api/targets/try", body)).ToList();
        await DgxCalls.UntilAsync(() => Task.FromResult(_target.Requests.Count == 4));

        Assert.Equal(429, (await server.CallAsync("POST", "/api/targets/try", body)).Status);
        release.SetResult();
        Assert.All(await Task.WhenAll(tries), t => Assert.Equal(200, t.Status));
    }

    [Fact]
    public async Task A_target_of_the_file_wins_over_a_stored_one_of_its_name_and_that_can_be_renamed_by_its_id()
    {
        await using var server = await ApiServer.StartAsync();
        var id = (await server.DoAsync("POST", "/api/targets", Service("stt", "/ok"))).Text("id");
        server.WriteConfig(ApiServer.TwoHosts + $"services: [{{ name: stt, url: '{_target.Url("/loading")}' }}]\n");
        await server.DoAsync("POST", "/-/reload");
        await DgxCalls.UntilAsync(async () => (await server.NamesAsync("/api/targets")).Count == 2);

        Assert.Equal("file", (await server.JsonAsync("/api/targets/service/stt")).Text("source"));
        Assert.Equal(
            "a service of fleet.yml has the same name; rename one of the two", (await server.JsonAsync($"/api/targets/service/{id}")).Text("idle"));
        await server.JsonAsync("/api/overview?fresh=true");
        Assert.Equal("degraded", (await server.JsonAsync("/api/targets/service/stt")).Text("state"));
        await server.DoAsync("PUT", $"/api/targets/service/{id}", """{"name":"stt-2"}""");
        Assert.Equal("null", (await server.JsonAsync("/api/targets/service/stt-2")).Text("idle"));
        Assert.Equal("null", (await server.JsonAsync($"/api/targets/service/{id}")).Text("idle"));
    }

    [Fact]
    public async Task The_host_of_a_stored_target_reports_its_unit()
    {
        await using var server = await ApiServer.StartAsync();
        var unit = new UnitName("llama.service", false);
        foreach (var (name, host) in new[] { ("t", "a"), ("u", "nowhere") })
        {
            await server.DoAsync(
                "POST", "/api/targets",
                $$$"""{"kind":"tunnel","name":"{{{name}}}","settings":{"host":"{{{host}}}","connect":"127.0.0.1:1","unit":"llama.service"}}""");
        }


        await DgxCalls.UntilAsync(() => Task.FromResult(server.State.Find("a")?.Host.Units.Contains(unit) == true));
        Assert.DoesNotContain(unit, server.State.Find("b b")!.Host.Units);
        var parts = (await server.JsonAsync("/api/targets/tunnel/u")).GetProperty("detail").GetProperty("parts").EnumerateArray().ToList();
        Assert.Equal("the state of llama.service is unknown: there is no host nowhere", parts[2].Text("text"));
        await server.DoAsync("DELETE", "/api/targets/tunnel/t");
        await DgxCalls.UntilAsync(() => Task.FromResult(server.State.Find("a")?.Host.Units.Contains(unit) == false));
    }

    [Fact]
    public async Task What_is_stored_survives_a_restart_and_what_others_write_is_seen_within_half_a_minute()
    {
        await using var server = await ApiServer.StartAsync();
        await server.DoAsync("POST", "/api/targets", Service("stt", "/ok"));
        await server.RestartAsync();
        Assert.NotNull(server.State.FindTarget("stt"));

        var stop = TestContext.Current.CancellationToken;
        var others = server.Services.GetRequiredService<StoredTargets>();
        var row = new StoredTarget { Name = "theirs", Kind = "service", Settings = """{"url":"http://127.0.0.1:1/"}""" };
        Assert.True((await others.AddAsync(row, stop)).Success);
        await DgxCalls.UntilAsync(() =>
        {
            server.Clock.Advance(TimeSpan.FromSeconds(1));
            return Task.FromResult(server.State.FindTarget("theirs") is not null);
        });
        Assert.Contains("\nservices:\n- name: \"stt\"\n", await server.TextAsync("/api/export"), StringComparison.Ordinal);
    }

    private string Service(string name, string path) =>
        JsonSerializer.Serialize(new { kind = "service", name, settings = new { host = "box", url = _target.Url(path).ToString() } });
}
