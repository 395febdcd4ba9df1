using FleetExporter.Collectors;
using FleetExporter.Control;
using FleetExporter.Polling.Snapshots;
using FleetExporter.Remote;

namespace FleetExporter.Tests.Polling;

/// <summary>The wall clock of the service's machine is set while it runs.</summary>
public sealed class ClockTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    public static TheoryData<TimeSpan> Changes { get; } = [TimeSpan.FromHours(-1), TimeSpan.FromDays(1)];

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task Polls_go_on_in_time(TimeSpan change)
    {
        await using var world = await World.StartAsync();
        await world.PassAsync(2 * Interval);
        var before = world.Shell().Asked("host");
        world.Clock.SetWall(change);
        Assert.Equal(HostStatus.Online, world.Host().Status(world.Clock.Now()));
        await world.PassAsync(3 * Interval);
        Assert.Equal(3, world.Shell().Asked("host") - before);
        Assert.Equal(HostStatus.Online, world.Host().Status(world.Clock.Now()));
    }

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task A_silent_host_is_offline_in_time(TimeSpan change)
    {
        await using var world = await World.StartAsync();
        world.Clock.SetWall(change);
        world.Shell().Break();
        world.Shell().Refuses = SshFailure.Refused;
        await world.PassAsync(2 * Interval);
        Assert.NotNull(world.Host().Get<VitalsReading>(world.Clock.Now()));
        var took = await world.UntilAsync(() => world.Host().Status(world.Clock.Now()) == HostStatus.Offline, 2 * Interval);
        Assert.InRange(took, Interval - TimeSpan.FromSeconds(1), Interval + TimeSpan.FromSeconds(2));
        Assert.Null(world.Host().Get<VitalsReading>(world.Clock.Now()));
    }

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task What_is_shown_follows_the_wall_clock(TimeSpan change)
    {
        await using var world = await World.StartAsync();
        var now = world.Clock.GetUtcNow();
        Assert.Equal(Seconds(now), LastSuccess(world));
        world.Clock.SetWall(change);
        Assert.Equal(Seconds(now + change), LastSuccess(world));
        Assert.Equal(now + change, world.Host().LastSeen!.Value.TimeAsOf(world.Clock.Now()));
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

    private static double LastSuccess(World world) => double.Parse(
        world.Series("fleet_collector_last_success_timestamp_seconds{host=\"a\",collector=\"host\"").Single().Split(' ')[^1],
        System.Globalization.CultureInfo.InvariantCulture);

    private static double Seconds(DateTimeOffset time) => time.ToUnixTimeMilliseconds() / 1000.0;
}
