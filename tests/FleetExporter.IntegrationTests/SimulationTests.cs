using FleetExporter.IntegrationTests.Parts;

namespace FleetExporter.IntegrationTests;

/// <summary>A demonstration: <c>--simulate N</c>.</summary>
public sealed class SimulationTests
{
    private const string OneSecond = "poll_interval: 1s\nhosts: [{ name: real }]\n";

    [Fact]
    public async Task Twenty_simulated_hosts_have_their_states_and_are_marked()
    {
        using var folder = new TestFolder();
        await using var exporter = await Exporter.StartAsync(folder, OneSecond, null, "--simulate", "20");
        // Three intervals, and the host's own second to be noticed in.
        var page = await exporter.UntilAsync(
            "all are online, degraded or offline as they are meant to be",
            p => Count(p, "online") == 16 && Count(p, "degraded") == 2 && Count(p, "offline") == 2
                && p.Of("fleet_tunnel_state").Any(s => s.Value == 1 && s["tunnel"] == "lab" && s["state"] == "half_dead"), TimeSpan.FromSeconds(10));

        Assert.Equal(20, page.Of("fleet_host_info").Count());
        Assert.All(page.Of("fleet_host_info"), s => Assert.Equal("true", s["simulated"]));
        Assert.Empty(page.Of("fleet_host_info", ("host", "real")));
        foreach (var host in (await exporter.JsonAsync("/api/hosts")).List("items"))
        {
            Assert.True(host["simulated"]!.GetValue<bool>(), host.Text("hostname"));
            switch (host.Text("status"))
            {
                case "offline":
                    Assert.StartsWith("offline-", host.Text("hostname"), StringComparison.Ordinal);
                    Assert.StartsWith("timeout:", host.Text("reason"), StringComparison.Ordinal);
                    break;
                case "degraded":
                    Assert.Equal(1, host.Number("gpus_lost"));
                    Assert.StartsWith("gpu:", host.Text("reason"), StringComparison.Ordinal);
                    break;
                default:
                    Assert.Equal("", host.Text("reason"));
                    break;
            }
        }

        string[] states = [.. page.Of("fleet_tunnel_state")
            .Where(s => s.Value == 1).Select(s => $"{s["tunnel"]} {s["state"]}").Order(StringComparer.Ordinal)];
        Assert.Equal(["dgx-llm up", "dgx-ssh up", "lab half_dead"], states);
        Assert.All(page.Of("fleet_tunnel_up"), s => Assert.Equal(1, page.Value("fleet_host_info", ("host", s["host"]), ("simulated", "true"))));
        Assert.Equal(1, page.Value("fleet_tunnel_unit_active", ("tunnel", "lab")));
        Assert.Equal("degraded", (await exporter.JsonAsync("/api/tunnel")).Text("status"));
        Assert.Equal(2, page.Of("fleet_host_gpus_lost").Count(s => s.Value == 1));
        Assert.Equal("", await Promtool.CheckMetricsAsync(page.Text));
        Assert.DoesNotContain(
            page.Samples.GroupBy(s => s.Name + string.Join(',', s.Labels.OrderBy(l => l.Key, StringComparer.Ordinal))), g => g.Count() > 1);

        var hosts = await exporter.JsonAsync("/api/hosts");
        Assert.Equal(20, hosts["items"]!.AsArray().Count(h => (bool)h!["simulated"]!));
        await exporter.StopAsync();
    }

    [Fact]
    public async Task Values_change_and_counters_grow_between_polls()
    {
        using var folder = new TestFolder();
        await using var exporter = await Exporter.StartAsync(folder, OneSecond, null, "--simulate", "3");
        var first = await exporter.UntilAsync("all values", p =>
            p.Of("fleet_gpu_power_draw_watts").Count() == 10 && p.Of("fleet_tmux_session_cpu_ratio").Count() == 9);
        string[] moving = ["fleet_host_memory_available_bytes", "fleet_gpu_power_draw_watts", "fleet_host_load_average"];
        await exporter.UntilAsync("values move", p => moving.All(m => Values(p, m).Zip(Values(first, m)).Any(v => v.First != v.Second)));
        var second = await exporter.UntilAsync("the seconds rise", p =>
            Values(p, "fleet_host_cpu_seconds_total").Sum() > Values(first, "fleet_host_cpu_seconds_total").Sum());
        Assert.All(
            second.Of("fleet_host_cpu_seconds_total").Zip(first.Of("fleet_host_cpu_seconds_total")),
            s => Assert.True(s.First.Series == s.Second.Series && s.First.Value >= s.Second.Value, s.First.Series));
        Assert.All(second.Of("fleet_gpu_utilization_ratio"), s => Assert.InRange(s.Value, 0, 1));
    }

    [Fact]
    public async Task Settings_of_the_file_apply_but_its_hosts_are_replaced()
    {
        using var folder = new TestFolder();
        await using (var exporter = await Exporter.StartAsync(folder, OneSecond))
        {
            var page = await exporter.UntilAsync("the real host", p => p.Find("fleet_host_status", ("status", "online")) == 1);
            Assert.Equal("false", Assert.Single(page.Of("fleet_host_info"))["simulated"]);
            Assert.False((await exporter.HostAsync("real"))["simulated"]!.GetValue<bool>());
        }

        await using var simulated = await Exporter.StartAsync(folder, OneSecond, null, "--simulate", "1");
        Assert.Equal(
            "dgx-spark-1", Assert.Single((await simulated.UntilAsync("the host", p => p.Of("fleet_host_info").Any())).Of("fleet_host_info"))["host"]);
        // A reload reads the file and keeps the simulated hosts.
        folder.Write("fleet.yml", OneSecond.Replace("real", "another", StringComparison.Ordinal) + "legacy_after: 9d\n");
        using var answer = await simulated.Http.PostAsync("/-/reload", null, TestContext.Current.CancellationToken);
        Assert.True(answer.IsSuccessStatusCode, simulated.Log);
        Assert.Equal("dgx-spark-1", Assert.Single((await simulated.JsonAsync("/api/hosts")).List("items")).Text("hostname"));
        Assert.Equal(9 * 86400, (await simulated.PageAsync()).Value("fleet_tmux_legacy_threshold_seconds"));
    }

    [Theory]
    [InlineData("0")]
    [InlineData("20000")]
    [InlineData("-1")]
    [InlineData("many")]
    public async Task An_invalid_number_of_hosts_is_rejected(string hosts)
    {
        using var folder = new TestFolder();
        foreach (var command in new[] { Array.Empty<string>(), ["serve"] })
        {
            await using var service = Exporter.Launch(folder, folder.Path, [.. command, "--simulate", hosts]);
            Assert.NotEqual(0, await service.EndAsync(TimeSpan.FromSeconds(15)));
            Assert.Contains("--simulate", service.Output, StringComparison.Ordinal);
            Assert.DoesNotContain("watches", service.Output.Split("Usage")[0], StringComparison.Ordinal);
            if (hosts != "many")
            {
                Assert.Contains("must be 1 to 10000", service.Output, StringComparison.Ordinal);
            }
        }
    }

    private static int Count(Page page, string status) => page.Of("fleet_host_status", ("status", status)).Count(s => s.Value == 1);

    private static List<double> Values(Page page, string family) => [.. page.Of(family).Select(s => s.Value)];
}
