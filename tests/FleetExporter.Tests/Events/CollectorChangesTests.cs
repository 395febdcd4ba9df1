using FleetExporter.Parsing;
using FleetExporter.Polling.Snapshots;

namespace FleetExporter.Tests.Events;

public sealed class CollectorChangesTests
{
    [Fact]
    public void A_collector_that_begins_to_fail_and_recovers_is_reported_once_each()
    {
        var host = new EventFixture().Connected().Answers("host").Answers("xid").Look();
        Assert.Empty(host.Take());

        host.Fails("xid").Look().Fails("xid", CollectorFailure.Driver).Look();
        Assert.Equal(["host warning host:a online degraded parse", "collector warning collector:a/xid ok failing parse"], host.Take());

        host.Answers("xid").Look();
        Assert.Equal("the collector xid of a works again", host.TakeTexts()[^1]);
    }

    [Fact]
    public void What_failed_when_first_seen_is_not_new()
    {
        var host = new EventFixture().Connected().Answers("host").Fails("xid").Look();

        Assert.Empty(host.Take());
        host.Answers("xid").Look();
        Assert.Contains("collector ok collector:a/xid failing ok -", host.Take());
    }

    [Fact]
    public void A_lost_connection_is_no_failure_of_its_collectors()
    {
        var host = new EventFixture().Connected().Answers("host").Answers("xid").Look();

        host.Fails("host", CollectorFailure.Timeout).Fails("xid", CollectorFailure.Timeout).Look().Disconnected().Look().Look(40);
        host.Connected().Answers("host").Answers("xid").Look();

        Assert.DoesNotContain(host.Take(), e => e.StartsWith("collector", StringComparison.Ordinal));
    }

    [Fact]
    public void A_collector_that_hangs_while_others_answer_fails()
    {
        var host = new EventFixture().Connected().Answers("host").Answers("xid").Look();

        host.Fails("xid", CollectorFailure.Timeout).Look();
        Assert.DoesNotContain(host.Take(), e => e.StartsWith("collector", StringComparison.Ordinal));
        host.Answers("host").Look();
        Assert.Equal(["collector warning collector:a/xid ok failing timeout"], host.Take());
    }

    [Fact]
    public void After_a_restart_a_failing_collector_is_read_before_its_host_counts_as_online()
    {
        var host = new EventFixture().Connected().Answers("host").Fails("xid").Look();

        host.Restart().Connected().Answers("host").Look();
        host.Fails("xid").Look();
        Assert.Empty(host.Take());

        host.Restart().Connected().Answers("host").Answers("xid").Look();
        Assert.Equal(["host ok host:a degraded online -", "collector ok collector:a/xid failing ok -"], host.Take());
    }

    [Fact]
    public void A_collector_that_is_turned_off_is_forgotten()
    {
        var host = new EventFixture().Connected().Answers("host").Fails("xid").Look();

        host.Host = host.Host with
        {
            Outcomes = host.Host.Outcomes.With(new CollectorOutcome { Collector = "xid", At = host.Now, OffBecause = "no dmesg" }),
        };
        host.Look();

        Assert.DoesNotContain(host.Take(), e => e.StartsWith("collector", StringComparison.Ordinal));
        Assert.Null(host.Stored["collector:a/xid"]);
    }
}
