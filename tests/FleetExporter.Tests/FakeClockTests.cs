namespace FleetExporter.Tests;

public sealed class FakeClockTests
{
    private readonly FakeClock _clock = new();

    [Fact]
    public void Timers_fire_in_order_at_their_own_time()
    {
        var start = _clock.GetUtcNow();
        var fired = new List<(string, double)>();
        using var late = _clock.CreateTimer(_ => fired.Add(("late", Since(start))), null, TimeSpan.FromSeconds(3), Timeout.InfiniteTimeSpan);
        using var periodic = _clock.CreateTimer(
            _ => fired.Add(("periodic", Since(start))), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1.25));

        _clock.Advance(TimeSpan.FromSeconds(3));

        Assert.Equal([("periodic", 1), ("periodic", 2.25), ("late", 3)], fired);
        Assert.Equal(start + TimeSpan.FromSeconds(3), _clock.GetUtcNow());
        Assert.Equal(1, _clock.PendingTimers);
    }

    [Fact]
    public void A_disposed_timer_never_fires()
    {
        var fired = 0;
        _clock.CreateTimer(_ => fired++, null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1)).Dispose();

        _clock.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(0, fired);
    }

    [Fact]
    public async Task A_delay_ends_when_the_clock_has_come_so_far()
    {
        var delay = Task.Delay(TimeSpan.FromSeconds(5), _clock, TestContext.Current.CancellationToken);

        _clock.Advance(TimeSpan.FromSeconds(4.9));
        Assert.False(delay.IsCompleted);
        _clock.Advance(TimeSpan.FromSeconds(0.1));
        await delay;

        Assert.Equal(TimeSpan.FromSeconds(5), _clock.GetElapsedTime(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).Ticks));
    }

    private double Since(DateTimeOffset start) => (_clock.GetUtcNow() - start).TotalSeconds;
}
