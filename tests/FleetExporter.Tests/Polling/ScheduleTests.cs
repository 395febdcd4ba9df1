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
        _schedule.MarkRequested(new(Always), Start);
        _schedule.MarkRequested(new(EveryMinute), Start);

        Assert.Equal([Always], Due(59.4));
        Assert.Equal([Always, EveryMinute], Due(59.6));
        Assert.Equal([Always, EveryMinute], Due(0, all: true));
    }

    [Fact]
    public void On_a_new_stream_every_collector_is_due()
    {
        _schedule.MarkRequested(new(EveryMinute), Start);

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
            Assert.DoesNotContain(Always, Due(now + (minutes * 60) - 1, all: true));
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

    [Fact]
    public void Other_arguments_make_a_collector_due()
    {
        var owners = new GpuOwnersCollector();
        _schedule.MarkRequested(new(owners, "1,2"), Start);

        Assert.Empty(_schedule.Due([new(owners, "1,2")], Start, all: false));
        Assert.Equal("gpu_owners=1,3", Assert.Single(_schedule.Due([new(owners, "1,3")], Start, all: false)).Word);
        Assert.Single(_schedule.Due([new(owners, "1,2")], Start + TimeSpan.FromSeconds(60), all: false));
    }

    [Fact]
    public void A_collector_that_had_nothing_to_ask_is_due_with_the_same_arguments()
    {
        var owners = new GpuOwnersCollector();
        _schedule.MarkRequested(new(owners, "1"), Start);
        _schedule.MakeDue(owners);

        Assert.Single(_schedule.Due([new(owners, "1")], Start, all: false));
    }

    private IEnumerable<HostCollector> Due(double seconds, bool all = false) =>
        _schedule.Due([new(Always), new(EveryMinute)], Start + TimeSpan.FromSeconds(seconds), all).Select(r => r.Collector);
}
