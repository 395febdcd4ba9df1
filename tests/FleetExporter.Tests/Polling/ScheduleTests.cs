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
    public void A_collector_is_due_after_its_interval_with_half_a_second_of_tolerance()
    {
        _schedule.MarkRequested(Always, Start);
        _schedule.MarkRequested(EveryMinute, Start);

        Assert.Equal([Always], Due(59.4));
        Assert.Equal([Always, EveryMinute], Due(59.6));
        Assert.Equal([Always, EveryMinute], _schedule.Due([Always, EveryMinute], Start, all: true));
    }

    [Fact]
    public void On_a_new_stream_every_collector_is_due()
    {
        _schedule.MarkRequested(EveryMinute, Start);

        _schedule.MakeAllDue();

        Assert.Equal([Always, EveryMinute], Due(1));
    }

    [Fact]
    public void A_hanging_collector_is_suspended_twice_as_long_each_time_up_to_an_hour()
    {
        var now = 0.0;
        foreach (var minutes in new[] { 1, 2, 4, 8, 16, 32, 60, 60 })
        {
            _schedule.Suspend(Always, Start + TimeSpan.FromSeconds(now));
            Assert.DoesNotContain(Always, _schedule.Due([Always], Start + TimeSpan.FromSeconds(now + (minutes * 60) - 1), all: true));
            now += minutes * 60;
            Assert.Contains(Always, Due(now));
        }
    }

    [Fact]
    public void A_successful_answer_ends_the_suspension()
    {
        _schedule.Suspend(Always, Start);
        _schedule.Suspend(Always, Start);

        _schedule.Resume(Always);

        Assert.Contains(Always, Due(1));
        _schedule.Suspend(Always, Start);
        Assert.Contains(Always, Due(60));
    }

    private IReadOnlyList<HostCollector> Due(double seconds) =>
        _schedule.Due([Always, EveryMinute], Start + TimeSpan.FromSeconds(seconds), all: false);
}
