using FleetExporter.Cli.Doctor;
using FleetExporter.Config;
using FleetExporter.Tests.Collectors;

namespace FleetExporter.Tests.Cli.Doctor;

/// <summary>The checks of Prometheus and Alertmanager.</summary>
public sealed class MonitoringChecksTests
{
    private const int Port = 9470;

    private static readonly FakeClock Clock = new();

    private static readonly DateTimeOffset Now = Clock.GetUtcNow();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_correct_setup_has_only_findings_that_are_ok()
    {
        await using var prometheus = await FakeServer.PrometheusAsync(Now, Port);

        Assert.All(await CheckAsync(prometheus.Url), f => Assert.Equal((FindingStatus.Ok, null), (f.Status, f.Fix)));
    }

    [Theory]
    [InlineData("time()", FakeServer.EmptyVector, "clock", FindingStatus.Skipped, "no answer")]
    [InlineData("fleet_build_info", FakeServer.EmptyVector, "scrape", FindingStatus.Failed, "cannot scrape: 10.0.0.9:9470")]
    [InlineData("fleet_build_info", "{}", "scrape", FindingStatus.Failed, "the answer is not Prometheus'")]
    [InlineData("fleet_build_info", "<html>", "scrape", FindingStatus.Failed, "not JSON")]
    [InlineData("/api/v1/rules", """{"data":{"groups":[]}}""", "rules", FindingStatus.Warning, "none of the groups")]
    [InlineData(
        "/api/v1/rules", """{"data":{"groups":[{"name":"fleet.gpu","rules":[{"lastError":"many-to-many\u001b[2J"}]}]}}""", "rules",
        FindingStatus.Failed, "fleet.gpu: many-to-many [2J")]
    [InlineData("/api/v1/rules", """{"data":{"groups":[5]}}""", "rules", FindingStatus.Failed, "rules is missing")]
    [InlineData("/api/v1/alertmanagers", """{"data":{"activeAlertmanagers":[]}}""", "alerts", FindingStatus.Warning, "to no Alertmanager")]
    [InlineData(
        "time() - max(fleet_watchdog_last_seen_timestamp_seconds)", FakeServer.EmptyVector, "watchdog", FindingStatus.Warning, "has not notified")]
    public async Task A_fault_is_found(string query, string answer, string subject, FindingStatus status, string detail)
    {
        await using var prometheus = await FakeServer.PrometheusAsync(Now, Port);
        prometheus.Answers["up == 0"] = FakeServer.Vector(("instance", "10.0.0.9:9470", "0"));
        prometheus.Answers[query] = answer;

        var findings = await CheckAsync(prometheus.Url);

        var found = findings.Single(f => f.Status != FindingStatus.Ok);
        Assert.Equal((subject, status), (found.Subject, found.Status));
        Assert.Contains(detail, found.Detail, StringComparison.Ordinal);
        Assert.Equal(status != FindingStatus.Skipped, found.Fix is not null);
    }

    [Fact]
    public async Task An_old_notification_and_another_exporter_are_warnings()
    {
        await using var prometheus = await FakeServer.PrometheusAsync(Now, Port);
        prometheus.Answers["time() - max(fleet_watchdog_last_seen_timestamp_seconds)"] = FakeServer.Vector(("a", "b", "901"));
        prometheus.Answers["fleet_build_info"] = FakeServer.Vector(("instance", "10.0.0.1:9999", "1"));

        var warnings = (await CheckAsync(prometheus.Url)).Where(f => f.Status == FindingStatus.Warning);

        Assert.Equal(
            ["Prometheus scrapes exporters, none on port 9470: 10.0.0.1:9999", "Alertmanager last notified the exporter 901 s ago"],
            warnings.Select(f => f.Detail));
    }

    [Theory]
    [InlineData(0, FindingStatus.Ok)]
    [InlineData(5, FindingStatus.Ok)]
    [InlineData(-5, FindingStatus.Ok)]
    [InlineData(6, FindingStatus.Failed)]
    [InlineData(-6, FindingStatus.Failed)]
    public void The_clock_may_differ_by_five_seconds(double ahead, FindingStatus status)
    {
        var prometheus = Now.AddSeconds(-ahead).ToUnixTimeSeconds();

        Assert.Equal(status, PrometheusChecks.Clock(prometheus, Now, Now).Status);
        Assert.Equal(FindingStatus.Ok, PrometheusChecks.Clock(prometheus, Now.AddSeconds(-10), Now.AddSeconds(10)).Status);
    }

    [Fact]
    public async Task A_server_of_fleet_yml_that_does_not_answer_is_a_failure_and_the_rest_is_skipped()
    {
        var dead = new Uri($"http://127.0.0.1:{FakeTcpServer.DeadPort()}");

        foreach (var findings in new[] { await CheckAsync(dead), await AlertmanagerChecks.RunAsync(new ServerConfig { Url = dead }, Stop) })
        {
            Assert.Equal(FindingStatus.Failed, findings[0].Status);
            Assert.Contains("refused", findings[0].Detail, StringComparison.Ordinal);
            Assert.All(findings.Skip(1), f => Assert.Equal(FindingStatus.Skipped, f.Status));
        }
    }

    [Fact]
    public async Task An_unreadable_token_is_a_failure()
    {
        var server = new ServerConfig { Url = new("http://127.0.0.1:9"), TokenFile = "/missing/token" };

        var findings = await AlertmanagerChecks.RunAsync(server, Stop);

        Assert.StartsWith("http://127.0.0.1:9/: auth: cannot read /missing/token", findings[0].Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Alertmanager_must_have_the_alert_that_always_fires()
    {
        await using var alertmanager = await FakeServer.StartAsync();
        var server = new ServerConfig { Url = alertmanager.Url };
        alertmanager.Answers["/api/v2/alerts"] = "[]";
        Assert.Equal(
            [FindingStatus.Ok, FindingStatus.Warning], (await AlertmanagerChecks.RunAsync(server, Stop)).Select(f => f.Status));

        alertmanager.Answers["/api/v2/alerts"] = """
            [{"fingerprint":"ab","labels":{"alertname":"Watchdog","severity":"none"},"annotations":{},"startsAt":"2026-11-28T00:00:00Z",
              "status":{"state":"active","silencedBy":[],"inhibitedBy":[]}}]
            """;
        Assert.Equal([FindingStatus.Ok, FindingStatus.Ok], (await AlertmanagerChecks.RunAsync(server, Stop)).Select(f => f.Status));

        alertmanager.Answers["/api/v2/alerts"] = "{}";
        Assert.Equal(FindingStatus.Failed, (await AlertmanagerChecks.RunAsync(server, Stop))[0].Status);
    }

    private static Task<IReadOnlyList<Finding>> CheckAsync(Uri url) =>
        new PrometheusChecks(FleetConfig.Default("/") with { Prometheus = new ServerConfig { Url = url } }, Port, Clock).RunAsync(Stop);
}
