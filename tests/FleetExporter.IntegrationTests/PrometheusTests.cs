using FleetExporter.IntegrationTests.Parts;

namespace FleetExporter.IntegrationTests;

public sealed class PrometheusTests
{
    public static TheoryData<string> GoldenPages =>
        [.. Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "expected", "pages"), "*.metrics").Select(p => Path.GetFileName(p))];

    [Theory]
    [MemberData(nameof(GoldenPages))]
    public async Task Every_golden_page_passes_promtool(string page) =>
        Assert.Equal("", await Promtool.CheckMetricsAsync(await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "expected", "pages", page), TestContext.Current.CancellationToken)));

    [Fact]
    public async Task A_live_page_is_clean_and_has_no_series_twice()
    {
        await using var machine = await MachineAsync();
        await using var exporter = await machine.WatchAsync("units: [ssh.service]", "- { name: this }");
        var page = await exporter.UntilAsync(
            "all of both hosts", p => p.Of("fleet_gpu_info").Any() && p.Of("fleet_tmux_session_cpu_ratio").Any() && p.Find("fleet_host_cpus", ("host", "this")) > 0);
        Assert.Equal("", await Promtool.CheckMetricsAsync(page.Text));
        Assert.DoesNotContain(page.Samples.GroupBy(s => s.Name + string.Join(',', s.Labels.OrderBy(l => l.Key, StringComparer.Ordinal))), g => g.Count() > 1);

        using var request = new HttpRequestMessage(HttpMethod.Get, "/metrics");
        request.Headers.Add("Accept", "application/openmetrics-text;version=1.0.0");
        using var answer = await exporter.Http.SendAsync(request, TestContext.Current.CancellationToken);
        var open = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Equal("application/openmetrics-text", answer.Content.Headers.ContentType!.MediaType);
        Assert.EndsWith("# EOF\n", open, StringComparison.Ordinal);
        Assert.Equal(page.Families.Order(), Page.Parse(open).Families.Order());
    }

    [Fact]
    public async Task Prometheus_scrapes_the_page()
    {
        await using var machine = await MachineAsync();
        await using var exporter = await machine.WatchAsync();
        await exporter.UntilOnlineAsync();
        // Prometheus asks for OpenMetrics first.
        await using var prometheus = await PrometheusServer.StartAsync(machine.Folder, $$"""
              - { job_name: fleet, honor_labels: true, static_configs: [{ targets: ["{{exporter.Http.BaseAddress!.Authority}}"] }] }
            """);
        await prometheus.UntilAsync("up{job='fleet'} == 1");
        var memory = Assert.Single(await prometheus.UntilAsync("fleet_host_memory_total_bytes{host='box'}"));
        Assert.Equal(
            (await exporter.PageAsync()).Value("fleet_host_memory_total_bytes").ToString(System.Globalization.CultureInfo.InvariantCulture),
            memory["value"]![1]!.GetValue<string>());
        Assert.Equal("$0", Assert.Single(await prometheus.UntilAsync("fleet_tmux_session_info{session='日本 \\\\\\\\ \"x\"'}"))["metric"]!.Text("session_id"));
        await prometheus.UntilAsync("rate(fleet_host_cpu_seconds_total{mode='idle'}[10s]) > 0");
        await prometheus.UntilAsync("fleet_gpu_info * on(host, gpu, uuid) group_right fleet_gpu_power_draw_watts > 600");
        Assert.Empty(await prometheus.QueryAsync("scrape_samples_scraped == 0"));
        Assert.All(await prometheus.TargetsAsync(), t => Assert.Equal("", t.Text("lastError")));

        // A session that has gone is gone from the very next scrape, not five minutes later.
        await new TmuxServer(machine.User).KillAsync("$0");
        await Until.SeenAsync(
            async () => (await prometheus.QueryAsync("fleet_tmux_session_info")).Count == 0 ? prometheus : null, "the session is gone", () => prometheus.Log);
    }

    [Fact]
    public async Task Prometheus_finds_the_hosts_by_itself_and_probes_each()
    {
        await using var machine = await MachineAsync();
        await using var exporter = await machine.WatchAsync("labels: { site: lab }", $"- {{ name: dead, address: \"127.0.0.1:{Ports.Free()}\" }}");
        await exporter.UntilOnlineAsync();
        await using var prometheus = await PrometheusServer.StartAsync(machine.Folder, $$"""
              - { job_name: fleet, honor_labels: true, http_sd_configs: [{ url: "{{exporter.Http.BaseAddress}}sd/hosts", refresh_interval: 1s }] }
            """);
        var up = Assert.Single(await prometheus.UntilAsync("up{host='box'} == 1"));
        Assert.Equal("lab", up["metric"]!.Text("site"));
        // A host that does not answer is a sample, not a lost scrape.
        await prometheus.UntilAsync("up{host='dead'} == 1");
        await prometheus.UntilAsync("fleet_ssh_failure{host='dead', reason='refused'} == 1");
        await prometheus.UntilAsync("fleet_host_cpus{host='box', site='lab'} > 0");
        Assert.Empty(await prometheus.QueryAsync("fleet_host_cpus{exported_host!=''}"));
    }

    private static async Task<WatchedMachine> MachineAsync()
    {
        var machine = await WatchedMachine.StartAsync(path: FakeNvidiaSmi.FolderIn);
        FakeNvidiaSmi.H100(machine.Folder);
        await new TmuxServer(machine.User).CreateAsync("日本 \\ \"x\"");
        return machine;
    }
}
