using FleetExporter.Parsing;
using FleetExporter.Targets;
using FleetExporter.Targets.Services;
using FleetExporter.Tests.Collectors;
using FleetExporter.Tests.Remote;

namespace FleetExporter.Tests.Targets;

public sealed class ServiceCollectorTests
{
    private static readonly ServiceCollector Collector = new();

    [Fact]
    public async Task A_good_service_is_requested_once_and_has_state_model_and_phases()
    {
        await using var server = new ScriptedServer();
        server.Answer("/health?deep=0", 200, """{"status":"ok","model":"whisper","service":"speech"}""");
        var service = Service(server.Url("/health?deep=0"));

        var reading = await Poll.AskAsync<ServiceReading>(Collector, service);

        Assert.Equal(["/health?deep=0"], server.Paths);
        Assert.Equal(
            (ServingState.Ok, "whisper", "speech", server.Port), (reading.Health.State, reading.Health.Model, reading.Health.Service, reading.Port));
        var page = Poll.Page(Collector, service, reading);
        Assert.Contains("""fleet_service_up{host="box",service="stt"} 1""", page);
        Assert.Contains("""fleet_service_info{host="box",service="stt",model="whisper",name="speech"} 1""", page);
        Assert.Equal([("ok", "1"), ("loading", "0"), ("error", "0")], States(page));
        Assert.Equal(
            Words.All<TargetFailure>().Count,
            page.Count(l => l.StartsWith("fleet_service_failure", StringComparison.Ordinal) && l.EndsWith(" 0", StringComparison.Ordinal)));
        Assert.Equal(
            ["connect", "first_byte", "transfer"],
            page.Where(l => l.StartsWith("fleet_service_probe_duration_seconds", StringComparison.Ordinal)).Select(l => l.Split('"')[5]).Order());
        Assert.DoesNotContain(page, l => l.Contains("certificate", StringComparison.Ordinal));
        Assert.Equal([("state", "ok"), ("model", "whisper"), ("service", "speech")], reading.Findings());
    }

    [Fact]
    public async Task A_loading_service_is_up()
    {
        await using var server = new ScriptedServer();
        server.Answer("/", 503, """{"status":"loading","model":"flux"}""");
        var service = Service(server.Url());

        var page = Poll.Page(Collector, service, await Poll.AskAsync(Collector, service));

        Assert.Contains("""fleet_service_up{host="box",service="stt"} 1""", page);
        Assert.Equal([("ok", "0"), ("loading", "1"), ("error", "0")], States(page));
    }

    [Fact]
    public async Task A_service_that_reports_an_error_is_down()
    {
        await using var server = new ScriptedServer();
        server.Answer("/", 200, """{"status":"error"}""");
        var service = Service(server.Url());

        var failure = await Poll.FailsAsync(Collector, service);

        Assert.Equal(TargetFailure.ReportedError, failure.Reason);
        var page = Poll.Page(Collector, service, null, failure.Reason);
        Assert.Contains("""fleet_service_up{host="box",service="stt"} 0""", page);
        Assert.Contains("""fleet_service_failure{host="box",service="stt",reason="reported_error"} 1""", page);
        Assert.Contains("""fleet_service_failure{host="box",service="stt",reason="too_large"} 0""", page);
        Assert.Contains("""fleet_service_consecutive_failures{host="box",service="stt"} 1""", page);
        Assert.Equal([("ok", "0"), ("loading", "0"), ("error", "1")], States(page));
        Assert.DoesNotContain(page, l => l.StartsWith("fleet_service_info", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_redirect_loop_is_requested_once_and_reported()
    {
        await using var server = new ScriptedServer();
        server.Answer("/", 301, "", "Location: /\r\n");

        Assert.Equal(TargetFailure.Redirect, (await Poll.FailsAsync(Collector, Service(server.Url()))).Reason);
        Assert.Single(server.Requests);
    }

    [Fact]
    public void Before_the_first_poll_nothing_is_published() =>
        Assert.Empty(Unasked());

    private static ServiceConfig Service(Uri url) => new() { Name = "stt", Host = "box", Url = url };

    private static IEnumerable<(string, string)> States(IReadOnlyList<string> page) =>
        page.Where(l => l.StartsWith("fleet_service_state", StringComparison.Ordinal)).Select(l => (l.Split('"')[5], l[^1..]));

    private static IEnumerable<string> Unasked()
    {
        using var page = new FleetExporter.Metrics.MetricsPage(new FleetExporter.Metrics.DroppedSeries(new FleetExporter.Metrics.ExporterMetrics()));
        Collector.WriteVerdict(page, FleetExporter.Metrics.Labels.None, new TargetVerdict(null, null, false, 0));
        return page.ToString().Split('\n').Where(l => l.Length > 0 && l[0] != '#');
    }
}
