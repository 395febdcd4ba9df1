using FleetExporter.Config;
using FleetExporter.Parsing;
using FleetExporter.Polling.Snapshots;
using FleetExporter.Remote;

namespace FleetExporter.Tests.Polling;

public sealed class HostSnapshotTests
{
    private static readonly Instant Start = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero), TimeSpan.Zero);
    private static readonly HostConfig Host = new() { Name = "a", Ssh = new SshConfig { KnownHosts = "/k" } };

    [Theory]
    [InlineData(true, 0, false, 0, HostStatus.Online, null)]
    [InlineData(true, 0, false, 20, HostStatus.Online, null)]
    [InlineData(true, 0, false, 21, HostStatus.Degraded, "no answer to the last poll")]
    [InlineData(true, 0, false, 30, HostStatus.Degraded, "no answer to the last poll")]
    [InlineData(true, 0, false, 31, HostStatus.Offline, "no answer to the last poll")]
    [InlineData(true, 0, true, 1, HostStatus.Degraded, "host: permission: no")]
    [InlineData(false, 0, false, 1, HostStatus.Degraded, "auth: refused")]
    [InlineData(false, 0, true, 1, HostStatus.Degraded, "auth: refused")]
    [InlineData(false, 0, false, 31, HostStatus.Offline, "auth: refused")]
    [InlineData(true, null, false, 1, HostStatus.Degraded, null)]
    [InlineData(false, null, false, 30, HostStatus.Degraded, "auth: refused")]
    [InlineData(false, null, false, 31, HostStatus.Offline, "auth: refused")]
    public void The_status_follows_from_the_connection_the_failures_and_the_last_answer(
        bool up, int? seenAt, bool fails, int now, HostStatus status, string? problem)
    {
        var snapshot = HostSnapshot.Initial(Host, new PollTiming(TimeSpan.FromSeconds(10), 3), Start) with
        {
            Connection = new ConnectionState(up, up ? null : SshFailure.Auth, up ? null : "refused", Start),
            LastSeen = seenAt is { } seconds ? Start + TimeSpan.FromSeconds(seconds) : null,
        };
        if (fails)
        {
            snapshot = snapshot with
            {
                Outcomes = snapshot.Outcomes.With(
                    new CollectorOutcome { Collector = "host", At = Start, Failure = CollectorFailure.Permission, Message = "no" }),
            };
        }

        Assert.Equal(status, snapshot.Status(Start + TimeSpan.FromSeconds(now)));
        Assert.Equal(problem, snapshot.Problem(Start + TimeSpan.FromSeconds(now)));
    }

    [Fact]
    public void A_collector_with_a_longer_interval_becomes_stale_later()
    {
        var timing = new PollTiming(TimeSpan.FromSeconds(10), 3);

        Assert.Equal(30, timing.StaleAfter(TimeSpan.Zero).TotalSeconds);
        Assert.Equal(180, timing.StaleAfter(TimeSpan.FromMinutes(1)).TotalSeconds);
    }
}
