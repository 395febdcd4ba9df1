using System.Text.Json;
using FleetExporter.Config;
using FleetExporter.Store;
using FleetExporter.Tests.Api.Resources;
using Microsoft.Extensions.DependencyInjection;

namespace FleetExporter.Tests.Api.Monitoring;

public sealed class ThresholdsTests
{
    private const string Path = "/api/monitoring/thresholds";
    private const string Yml = ApiServer.TwoHosts + "thresholds: { tmux_sessions: 10, session_memory_bytes: 4GiB, host_cpu_ratio: 0.9 }\n";

    [Fact]
    public async Task All_thresholds_are_listed_with_their_source()
    {
        await using var server = await ApiServer.StartAsync(Yml);
        await server.DoAsync("PUT", $"{Path}/tmux_sessions", """{"value":20}""");
        await server.DoAsync("PUT", $"{Path}/cost_daily_usd", """{"value":12.5}""");

        var items = await ItemsAsync(server);

        Assert.Equal(Threshold.All.Select(t => t.Name), items.Keys);
        Assert.Equal(
            ["0.05 default ratio null", "4294967296 file bytes 4294967296", "0.9 default ratio null", "12.5 store usd null", "20 store null 10"],
            new[] { "gpu_idle_ratio", "session_memory_bytes", "host_cpu_ratio", "cost_daily_usd", "tmux_sessions" }.Select(n =>
                $"{items[n].Text("value")} {items[n].Text("source")} {items[n].Text("unit")} {items[n].Text("file_value")}"));
        var (stored, file) = (items["tmux_sessions"], items["session_memory_bytes"]);
        Assert.Equal(("2147483648", "null", "null"), (file.Text("default"), file.Text("changed_by"), file.Text("changed_at")));
        Assert.Equal("admin", stored.Text("changed_by"));
        Assert.Equal(server.Clock.GetUtcNow().ToUnixTimeSeconds(), stored.GetProperty("changed_at").GetDateTimeOffset().ToUnixTimeSeconds());
        Assert.Equal(["celsius", "seconds"], new[] { "gpu_temperature_warning_celsius", "gpu_free_seconds" }.Select(n => items[n].Text("unit")));
    }

    [Fact]
    public async Task A_change_takes_effect_everywhere_and_a_deletion_returns_to_the_file()
    {
        await using var server = await ApiServer.StartAsync(Yml);
        var set = await server.DoAsync("PUT", $"{Path}/tmux_sessions", """{"value":20}""");
        Assert.Equal(("tmux_sessions", "20", "store", "10"), (set.Text("name"), set.Text("value"), set.Text("source"), set.Text("file_value")));
        await CheckAsync(20);

        server.WriteConfig(Yml.Replace("tmux_sessions: 10", "tmux_sessions: 11", StringComparison.Ordinal));
        await server.DoAsync("POST", "/-/reload");
        await CheckAsync(20);
        await server.RestartAsync();
        await CheckAsync(20);

        await server.DoAsync("DELETE", $"{Path}/tmux_sessions");
        await CheckAsync(11);
        Assert.Equal("file", (await ItemsAsync(server))["tmux_sessions"].Text("source"));
        Assert.Equal(404, (await server.CallAsync("DELETE", $"{Path}/tmux_sessions")).Status);
        Assert.Equal(
            ["threshold_delete tmux_sessions failed", "threshold_delete tmux_sessions ok", "reload null ok", "threshold_change tmux_sessions 20 ok"],
            (await server.JsonAsync("/api/audit")).GetProperty("items").EnumerateArray()
                .Select(i => $"{i.Text("action")} {i.Text("target")} {i.Text("outcome")}"));

        async Task CheckAsync(int value)
        {
            Assert.Contains($"fleet_threshold{{name=\"tmux_sessions\"}} {value}\n", await server.TextAsync("/metrics"), StringComparison.Ordinal);
            Assert.Equal(value, (await server.JsonAsync("/api/config")).GetProperty("thresholds").GetProperty("tmux_sessions").GetInt32());
        }
    }

    [Fact]
    public async Task The_overview_and_the_state_of_GPUs_follow_without_a_reconnect()
    {
        await using var server = await ApiServer.StartAsync();
        var connected = server.State.Find("a")!.Connection.Since;
        Assert.Equal("ok", (await server.JsonAsync("/api/gpu")).Text("status"));
        await server.DoAsync("PUT", $"{Path}/gpu_temperature_critical_celsius", """{"value":20}""");
        await server.DoAsync("PUT", $"{Path}/gpu_idle_ratio", """{"value":0.5}""");

        Assert.NotEqual("ok", (await server.JsonAsync("/api/gpu")).Text("status"));
        Assert.Equal(connected, server.State.Find("a")!.Connection.Since);
    }

    [Fact]
    public async Task Values_are_checked_as_in_the_file()
    {
        await using var server = await ApiServer.StartAsync();
        foreach (var (name, body, fields) in new[]
        {
            ("tmux_sessions", "{}", "value"),
            ("tmux_sessions", """{"value":0}""", "value"),
            ("tmux_sessions", """{"value":-1}""", "value"),
            ("tmux_sessions", """{"value":"2GiB"}""", "value"),
            ("tmux_sessions", """{"value":"${HOME}"}""", "value"),
            ("tmux_sessions", """{"value":[1]}""", "value"),
            ("tmux_sessions", """{"value":null}""", "value"),
            ("tmux_sessions", """{"value":1,"other":2}""", "other"),
            ("session_memory_bytes", """{"value":"2 GB"}""", "value"),
        })
        {
            Assert.Equal((422, fields), await server.RefusedAsync("PUT", $"{Path}/{name}", body));
        }

        Assert.Equal(400, (await server.CallAsync("PUT", $"{Path}/tmux_sessions", "[1]")).Status);
        var (status, problem) = await server.CallAsync("PUT", $"{Path}/tmux_session", """{"value":1}""");
        Assert.Equal((404, "There is no threshold called tmux_session; did you mean tmux_sessions?"), (status, problem.Text("detail")));
        (status, problem) = await server.CallAsync("DELETE", $"{Path}/nothing");
        Assert.Equal(404, status);
        Assert.Contains("there are session_cpu_ratio, ", problem.Text("detail"), StringComparison.Ordinal);
        Assert.All((await ItemsAsync(server)).Values, t => Assert.Equal("default", t.Text("source")));

        var size = await server.DoAsync("PUT", $"{Path}/session_memory_bytes", """{"value":"2560MiB"}""");
        Assert.Equal("2684354560", size.Text("value"));
    }

    [Fact]
    public async Task A_change_of_an_outdated_list_is_refused()
    {
        await using var server = await ApiServer.StartAsync();
        using var first = await server.GetAsync(Path);
        var tag = first.Headers.ETag!.Tag;
        await server.DoAsync("PUT", $"{Path}/tmux_sessions", """{"value":20}""");

        Assert.Equal(412, (await server.FailAsync(HttpMethod.Delete, $"{Path}/tmux_sessions", ("If-Match", tag))).Status);
        using var second = await server.GetAsync(Path);
        Assert.NotEqual(tag, second.Headers.ETag!.Tag);
        using var deleted = await server.SendAsync(HttpMethod.Delete, $"{Path}/tmux_sessions", ("If-Match", second.Headers.ETag!.Tag));
        Assert.Equal(204, (int)deleted.StatusCode);
    }

    [Fact]
    public async Task What_another_exporter_stores_is_seen_within_half_a_minute_and_unknown_names_are_ignored()
    {
        await using var server = await ApiServer.StartAsync();
        var others = server.Services.GetRequiredService<StoredLimits>();
        var stop = TestContext.Current.CancellationToken;
        Assert.True((await others.SetAsync(new StoredThreshold("of_a_newer_exporter", 1, "bob", default), null, stop)).Success);
        Assert.True((await others.SetAsync(new StoredThreshold("tmux_sessions", 7, "bob", default), null, stop)).Success);

        await DgxCalls.UntilAsync(async () =>
        {
            server.Clock.Advance(TimeSpan.FromSeconds(1));
            return (await ItemsAsync(server))["tmux_sessions"].Text("value") == "7";
        });

        Assert.Equal("bob", (await ItemsAsync(server))["tmux_sessions"].Text("changed_by"));
        Assert.DoesNotContain("of_a_newer_exporter", await server.TextAsync("/metrics"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_event_tells_who_changed_what()
    {
        await using var server = await ApiServer.StartAsync();
        await server.DoAsync("PUT", $"{Path}/tmux_sessions", """{"value":20}""");

        await DgxCalls.UntilAsync(async () =>
        {
            server.Clock.Advance(TimeSpan.FromSeconds(1));
            return (await server.TextAsync("/api/events")).Contains("admin: threshold_change tmux_sessions 20: ok", StringComparison.Ordinal);
        });
    }

    private static async Task<Dictionary<string, JsonElement>> ItemsAsync(ApiServer server) =>
        (await server.JsonAsync(Path)).GetProperty("items").EnumerateArray().ToDictionary(i => i.Text("name"));
}
