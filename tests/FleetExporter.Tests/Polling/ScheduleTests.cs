using FleetExporter.Collectors;
using FleetExporter.Polling;

namespace FleetExporter.Tests.Polling;

public sealed class ScheduleTests
{
    private static readonly TimeSpan Start = TimeSpan.FromDays(1);
    private static readonly HostCollector Always = new VitalsCollector();
    private static readonly HostCollector EveryMinute = new FilesystemCollector();

    private readonly Schedule _schedule = new();

    [Fact]
    public void A_collector_is_due_when_its_time_has_come_to_the_half_second()
    {
        _schedule.Asked(Always, Start);
        _schedule.Asked(EveryMinute, Start);

        Assert.Equal([Always], Due(59.4));
        Assert.Equal([Always, EveryMinute], Due(59.6));
        Assert.Equal([Always, EveryMinute], _schedule.Due([Always, EveryMinute], Start, all: true));
    }

    [Fact]
    public void A_new_stream_asks_for_everything()
    {
        _schedule.Asked(EveryMinute, Start);

        _schedule.Restart();

        Assert.Equal([Always, EveryMinute], Due(1));
    }

    [Fact]
    public void What_hangs_waits_twice_as_long_each_time_up_to_an_hour_and_is_not_asked_for_anything()
    {
        var now = 0.0;
        foreach (var minutes in new[] { 1, 2, 4, 8, 16, 32, 60, 60 })
        {
            _schedule.Penalise(Always, Start + TimeSpan.FromSeconds(now));
            Assert.DoesNotContain(Always, _schedule.Due([Always], Start + TimeSpan.FromSeconds(now + (minutes * 60) - 1), all: true));
            now += minutes * 60;
            Assert.Contains(Always, Due(now));
        }
    }

    [Fact]
    public void An_answer_is_forgiveness()
    {
        _schedule.Penalise(Always, Start);
        _schedule.Penalise(Always, Start);

        _schedule.Forgive(Always);

        Assert.Contains(Always, Due(1));
        _schedule.Penalise(Always, Start);
        Assert.Contains(Always, Due(60));
    }

    private IReadOnlyList<HostCollector> Due(double seconds) =>
        _schedule.Due([Always, EveryMinute], Start + TimeSpan.FromSeconds(seconds), all: false);
}
