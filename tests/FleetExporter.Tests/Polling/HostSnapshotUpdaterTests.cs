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

    [Fact]
    public void A_reading_is_derived_again_only_when_an_answer_it_was_derived_from_changes_or_becomes_stale()
    {
        Apply(new GpuCollector(), Gpus(new Gpu { Uuid = "GPU-1", PowerLimitWatts = 300 }), _clock.Now());
        var withoutReport = Reading();
        Apply(new VitalsCollector(), Vitals(1 << 30), _clock.Now());
        Assert.Same(withoutReport, Reading());

        Apply(new GpuDetailsCollector(), new GpuDetailsAnswer(new GpuDetails { Gpus = [], CudaVersion = "13.0" }), _clock.Now());
        var withReport = Reading();
        Assert.Equal("13.0", withReport.CudaVersion);
        Apply(new TemperatureCollector(), new TemperatureReading([]), _clock.Now());
        Assert.Same(withReport, Reading());

        _clock.Advance(TimeSpan.FromMinutes(4));
        Apply(new TemperatureCollector(), new TemperatureReading([]), _clock.Now());
        Assert.Null(Reading().CudaVersion);
    }

    [Fact]
    public void The_memory_of_a_GPU_that_shares_the_hosts_follows_the_host()
    {
        Apply(new VitalsCollector(), Vitals(1 << 30), _clock.Now());
        Apply(new GpuCollector(), Gpus(new Gpu { Uuid = "GPU-1", MemoryNotSupported = true }), _clock.Now());
        Assert.Equal(1 << 30, Assert.Single(Reading().Gpus).MemoryFreeBytes);

        Apply(new VitalsCollector(), Vitals(1 << 29), _clock.Now());
        Assert.Equal(1 << 29, Assert.Single(Reading().Gpus).MemoryFreeBytes);
    }

    [Fact]
    public void After_a_boot_all_readings_are_derived_again()
    {
        Apply(new GpuCollector(), Gpus(new Gpu { Uuid = "GPU-1" }, new Gpu { Uuid = "GPU-2" }), _clock.Now());
        Apply(new GpuCollector(), Gpus(new Gpu { Uuid = "GPU-1" }), _clock.Now());
        Assert.Equal(1, Reading().LostCount);

        Apply(new SystemCollector(), new SystemAnswer(new SystemIdentity { Kernel = "k", User = "u", BootId = "b" }), _clock.Now());
        Assert.Equal(0, Reading().LostCount);
    }

    private GpuReading Reading() => Assert.IsType<GpuReading>(_updater.Current.Outcomes["gpu"].Reading);

    private static GpuAnswer Gpus(params IReadOnlyList<Gpu> gpus) => new(gpus, 0, 100);

    private static VitalsAnswer Vitals(long available) => new(new HostVitals
    {
        Cpu = new CpuTimes(1, 0, 0, 1, 0, 0, 0, 0),
        Memory = new HostMemory { Total = 1L << 31, Available = available },
    });

    private void Apply(HostCollector collector, IAnswer answer, Instant at) => _updater.Apply(
        [new SectionResult(collector, new Section(collector.Name, 0, 100, TimeSpan.Zero, at.Time, ""), at, answer)], (name, _) => _bugs.Add(name));

    private sealed record Underivable : IAnswer;
}
