using FleetExporter.Collectors;
using FleetExporter.Control;
using FleetExporter.Polling.Snapshots;
using FleetExporter.Remote;

namespace FleetExporter.Tests.Polling;

/// <summary>The wall clock of the exporter's machine is set while the exporter runs.</summary>
public sealed class ClockTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    public static TheoryData<TimeSpan> Changes { get; } = [TimeSpan.FromHours(-1), TimeSpan.FromDays(1)];

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task Polls_continue_on_schedule(TimeSpan change)
    {
        await using var fleet = await ReplayFleet.StartAsync();
        await fleet.PassAsync(2 * Interval);
        var before = fleet.Shell().Asked("host");
        fleet.Clock.SetWall(change);
        Assert.Equal(HostStatus.Online, fleet.Host().Status(fleet.Clock.Now()));
        await fleet.PassAsync(3 * Interval);
        Assert.Equal(3, fleet.Shell().Asked("host") - before);
        Assert.Equal(HostStatus.Online, fleet.Host().Status(fleet.Clock.Now()));
    }

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task A_silent_host_is_offline_on_schedule(TimeSpan change)
    {
        await using var fleet = await ReplayFleet.StartAsync();
        fleet.Clock.SetWall(change);
        fleet.Shell().Break();
        fleet.Shell().Refuses = SshFailure.Refused;
        await fleet.PassAsync(2 * Interval);
        Assert.NotNull(fleet.Host().Get<VitalsReading>(fleet.Clock.Now()));
        var took = await fleet.UntilAsync(() => fleet.Host().Status(fleet.Clock.Now()) == HostStatus.Offline, 2 * Interval);
        Assert.InRange(took, Interval - TimeSpan.FromSeconds(1), Interval + TimeSpan.FromSeconds(2));
        Assert.Null(fleet.Host().Get<VitalsReading>(fleet.Clock.Now()));
    }

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task Shown_times_follow_the_wall_clock(TimeSpan change)
    {
        await using var fleet = await ReplayFleet.StartAsync();
        var now = fleet.Clock.GetUtcNow();
        Assert.Equal(Seconds(now), LastSuccess(fleet));
        fleet.Clock.SetWall(change);
        Assert.Equal(Seconds(now + change), LastSuccess(fleet));
        Assert.Equal(now + change, fleet.Host().LastSeen!.Value.TimeAsOf(fleet.Clock.Now()));
    }

    [Theory]
    [MemberData(nameof(Changes))]
    public void A_confirmation_lives_a_minute(TimeSpan change)
    {
        var clock = new FakeClock();
        var tokens = new ConfirmationTokens(clock);
        var session = new SessionTarget("a", "alice", true, "$1", clock.GetUtcNow(), ["%1"]);
        var (inTime, _) = tokens.New("ops", session, force: false);
        var (late, _) = tokens.New("ops", session, force: false);
        clock.SetWall(change);
        clock.Advance(TimeSpan.FromSeconds(59));
        Assert.NotNull(tokens.Take(inTime, "ops", "a", "alice", "$1", force: false));
        clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Null(tokens.Take(late, "ops", "a", "alice", "$1", force: false));
    }

    private static double LastSuccess(ReplayFleet fleet) => double.Parse(
        fleet.Series("fleet_collector_last_success_timestamp_seconds{host=\"a\",collector=\"host\"").Single().Split(' ')[^1],
        System.Globalization.CultureInfo.InvariantCulture);

    private static double Seconds(DateTimeOffset time) => time.ToUnixTimeMilliseconds() / 1000.0;
}
