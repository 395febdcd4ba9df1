using FleetExporter.Api;
using FleetExporter.IntegrationTests.Parts;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace FleetExporter.IntegrationTests;

public sealed class PrometheusTests
{
    public static TheoryData<string> GoldenPages =>
        [.. Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "expected", "pages"), "*.metrics").Select(p => Path.GetFileName(p))];

    [Theory]
    [MemberData(nameof(GoldenPages))]
    public async Task Every_golden_page_passes_promtool(string page) =>
        Assert.Equal("", await Promtool.CheckMetricsAsync(WithHelp(await File.ReadAllLinesAsync(
            Path.Combine(AppContext.BaseDirectory, "expected", "pages", page), TestContext.Current.CancellationToken))));

    [Fact]
    public async Task A_live_page_is_valid_and_has_no_duplicate_series()
    {
        await using var machine = await MachineAsync();
        await using var exporter = await machine.WatchAsync("units: [ssh.service]", "- { name: this }");
        var page = await exporter.UntilAsync(
            "all of both hosts",
            p => p.Of("fleet_gpu_info").Any() && p.Of("fleet_tmux_session_cpu_ratio").Any() && p.Find("fleet_host_cpus", ("host", "this")) > 0);
        Assert.Equal("", await Promtool.CheckMetricsAsync(page.Text));
        Assert.DoesNotContain(
            page.Samples.GroupBy(s => s.Name + string.Join(',', s.Labels.OrderBy(l => l.Key, StringComparer.Ordinal))), g => g.Count() > 1);

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
        Assert.Equal(
            "$0", Assert.Single(await prometheus.UntilAsync("fleet_tmux_session_info{session='日本 \\\\\\\\ \"x\"'}"))["metric"]!.Text("session_id"));
        await prometheus.UntilAsync("rate(fleet_host_cpu_seconds_total{mode='idle'}[10s]) > 0");
        await prometheus.UntilAsync("fleet_gpu_info * on(host, gpu, uuid) group_right fleet_gpu_power_draw_watts > 600");
        Assert.Empty(await prometheus.QueryAsync("scrape_samples_scraped == 0"));
        Assert.All(await prometheus.TargetsAsync(), t => Assert.Equal("", t.Text("lastError")));

        // An ended session is stale after the next scrape, not after five minutes.
        await new TmuxServer(machine.User).KillAsync("$0");
        await Until.SeenAsync(
            async () => (await prometheus.QueryAsync("fleet_tmux_session_info")).Count == 0 ? prometheus : null,
            "the session is gone", () => prometheus.Log);
    }

    [Fact]
    public async Task Prometheus_reads_the_same_families_in_both_formats()
    {
        await using var machine = await MachineAsync();
        await using var exporter = await machine.WatchAsync();
        await exporter.UntilOnlineAsync();
        // Prometheus asks for OpenMetrics first; between it and the exporter stands one that passes on the wish for text alone.
        await using var text = WebApplication.CreateSlimBuilder().Build();
        text.Urls.Add("http://127.0.0.1:0");
        text.MapGet("/metrics", async (HttpContext context) =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/metrics");
            request.Headers.Add("Accept", "text/plain;version=0.0.4");
            using var answer = await exporter.Http.SendAsync(request, context.RequestAborted);
            context.Response.ContentType = answer.Content.Headers.ContentType!.ToString();
            await answer.Content.CopyToAsync(context.Response.Body, context.RequestAborted);
        });
        await text.StartAsync(TestContext.Current.CancellationToken);
        await using var prometheus = await PrometheusServer.StartAsync(machine.Folder, $$"""
              - { job_name: open, honor_labels: true, static_configs: [{ targets: ["{{exporter.Http.BaseAddress!.Authority}}"] }] }
              - { job_name: text, honor_labels: true, static_configs: [{ targets: ["{{new Uri(text.Urls.Single()).Authority}}"] }] }
              - { job_name: prometheus, static_configs: [{ targets: ["127.0.0.1:@PORT@"] }] }
            """);
        await prometheus.UntilAsync("up{job='open'} == 1 and on () up{job='text'} == 1 and on () up{job='prometheus'} == 1");
        string[] sampled =
            ["http_request_duration_seconds_bucket", "fleet_poll_phase_duration_seconds_count", "process_working_set_bytes", "fleet_host_cpus"];
        foreach (var family in sampled)
        {
            await prometheus.UntilAsync($"{family}{{job='open'}} and on () {family}{{job='text'}}");
        }

        foreach (var (one, other) in (IEnumerable<(string, string)>)[("open", "text"), ("text", "open")])
        {
            Assert.Empty(await prometheus.QueryAsync(
                $"count by (__name__) ({{job='{one}'}}) unless on (__name__) count by (__name__) ({{job='{other}'}})"));
        }

        await prometheus.UntilAsync(
            "prometheus_target_scrapes_sample_duplicate_timestamp_total + prometheus_target_scrapes_sample_out_of_order_total == 0");
        Assert.All(await prometheus.TargetsAsync(), t => Assert.Equal("", t.Text("lastError")));
        foreach (var job in (string[])["open", "text"])
        {
            var metadata = (await prometheus.AskAsync($"targets/metadata?match_target={{job='{job}'}}"))["data"]!.AsArray();
            var types = metadata.Select(m => m!).ToDictionary(m => m.Text("metric"), m => m.Text("type"));
            Assert.Equal("histogram", types["fleet_exec_duration_seconds"]);
            Assert.Equal("gauge", types["fleet_host_cpus"]);
            Assert.Equal("counter", types[job == "open" ? "fleet_audit_events" : "fleet_audit_events_total"]);
        }
    }

    [Fact]
    public async Task Prometheus_discovers_and_probes_each_host()
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

    /// <summary>The expected pages have no HELP lines, so that a sentence changes in one place.</summary>
    private static string WithHelp(IEnumerable<string> lines)
    {
        var help = ExporterPage.Families.ToDictionary(f => f.Name, f => f.Help);
        return string.Concat(lines.Select(line =>
            line.Split(' ') is ["#", "TYPE", var name, _] ? $"# HELP {name} {help[name]}\n{line}\n" : line + "\n"));
    }
}
