using FleetExporter.Metrics;
using FleetExporter.Parsing;
using FleetExporter.Polling;
using FleetExporter.Polling.Snapshots;
using FleetExporter.Polling.Targets;
using FleetExporter.Targets;
using FleetExporter.Targets.Tunnels;
using FleetExporter.Tests.Collectors;
using FleetExporter.Tests.Config;
using Microsoft.Extensions.Logging.Abstractions;

namespace FleetExporter.Tests.Polling.Targets;

/// <summary>A failed attempt with a reading counts as failed, and its reading is published.</summary>
public sealed class FailureWithReadingTests
{
    [Fact]
    public async Task A_half_dead_tunnel_counts_as_failed_and_keeps_its_parts_on_the_page()
    {
        using var server = new FakeTcpServer("");
        var state = new FleetState();
        await using var targets = new TargetSet(
            state, new TargetLinks(), new PollMetrics(new ExporterMetrics()), TimeProvider.System, NullLogger<TargetSet>.Instance);
        await targets.ApplyAsync(Yml.Load($"hosts: []\ntunnels: [{{ name: t, host: a, connect: '127.0.0.1:{server.Port}', verify: banner }}]"));
        await targets.PollNowAsync(TestContext.Current.CancellationToken);
        await targets.PollNowAsync(TestContext.Current.CancellationToken);

        var snapshot = state.FindTarget("t")!;
        Assert.Equal((TargetFailure.Protocol, true), (snapshot.Failure!.Value, snapshot.ConsecutiveFailures >= 2));
        Assert.Null(snapshot.LastSuccess);
        using var page = new MetricsPage(new DroppedSeries(new ExporterMetrics()));
        TargetPage.Write(page, snapshot, TimeProvider.System.Now());
        var text = page.ToString();
        Assert.Contains("fleet_tunnel_tcp_up{host=\"a\",tunnel=\"t\"} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("fleet_tunnel_data_up{host=\"a\",tunnel=\"t\"} 0\n", text, StringComparison.Ordinal);
        Assert.Contains("fleet_collector_success{host=\"a\",collector=\"tunnel\",target=\"t\"} 0\n", text, StringComparison.Ordinal);
        Assert.Contains("target=\"t\",reason=\"protocol\"}", text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_reading_of_a_failure_replaces_the_previous_one()
    {
        var good = new TunnelReading(true, true, null, default);
        var bad = new TunnelReading(false, null, null, default) { Failure = new TargetFailureDetails(TargetFailure.Timeout, "silent") };
        var now = new Instant(DateTimeOffset.UnixEpoch, TimeSpan.Zero);
        var before = new TargetSnapshot(
            new FleetExporter.Targets.Tunnels.TunnelConfig { Name = "t", Connect = new("h", 1) }, new TunnelCollector(),
            new PollTiming(TimeSpan.FromSeconds(10), 3)).Answered(good, now, default);

        Assert.Same(good, before.Failed(TargetFailure.Timeout, "silent", now + TimeSpan.FromSeconds(10), default).Reading);
        var after = before.Failed(TargetFailure.Timeout, "silent", now + TimeSpan.FromSeconds(10), default, bad);
        Assert.Same(bad, after.FreshReading(now + TimeSpan.FromSeconds(40)));
        Assert.False(after.Verdict(now + TimeSpan.FromSeconds(10)).Up);
    }
}
