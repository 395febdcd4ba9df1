using FleetExporter.Collectors;
using FleetExporter.Config;
using FleetExporter.Metrics;
using FleetExporter.Parsing;
using FleetExporter.Polling;
using FleetExporter.Polling.Derivation;
using FleetExporter.Polling.Snapshots;
using FleetExporter.Remote;

namespace FleetExporter.Tests.Polling;

public sealed class HostSnapshotUpdaterTests
{
    private readonly FakeClock _clock = new();
    private readonly HostSnapshotUpdater _updater;
    private readonly List<string> _bugs = [];

    public HostSnapshotUpdaterTests()
    {
        var host = new HostConfig { Name = "a", Ssh = new SshConfig { KnownHosts = "/dev/null" } };
        _updater = new HostSnapshotUpdater(
            HostSnapshot.Initial(host, new PollTiming(TimeSpan.FromSeconds(10), 3), _clock.Now()), new FleetState(),
            new Deriver(new AttachedTimes(), TimeSpan.FromDays(3)), new PollMetrics(new ExporterMetrics()), _clock);
    }

    [Fact]
    public void A_section_has_the_time_at_which_it_arrived_and_not_that_of_its_frame()
    {
        var arrived = _clock.Now();
        var system = new SystemAnswer(new SystemIdentity { Kernel = "k", User = "u", Clock = arrived.Time });
        _clock.Advance(TimeSpan.FromSeconds(3));

        Apply(new SystemCollector(), system, arrived);

        Assert.Equal(arrived, _updater.Current.Outcomes["system"].ReadingAt);
        Assert.Equal(TimeSpan.Zero, Assert.IsType<SystemReading>(_updater.Current.Outcomes["system"].Reading).ClockOffset);
    }

    [Fact]
    public void A_bug_in_deriving_a_reading_is_counted_and_fails_its_collector_alone()
    {
        Apply(new SystemCollector(), new SystemAnswer(new SystemIdentity { Kernel = "k", User = "u" }), _clock.Now());

        Apply(new TemperatureCollector(), new Underivable(), _clock.Now());

        Assert.Equal(["temperature"], _bugs);
        Assert.Equal(CollectorFailure.Bug, _updater.Current.Outcomes["temperature"].Failure);
        Assert.Equal(1, _updater.Current.Failures[("temperature", CollectorFailure.Bug)]);
        Assert.NotNull(_updater.Current.Outcomes["system"].Reading);
    }

    private void Apply(HostCollector collector, IAnswer answer, Instant at) => _updater.Apply(
        [new SectionResult(collector, new Section(collector.Name, 0, 100, TimeSpan.Zero, at.Time, ""), at, answer)], (name, _) => _bugs.Add(name));

    private sealed record Underivable : IAnswer;
}
