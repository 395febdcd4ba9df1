using FleetExporter.Collectors;
using FleetExporter.Config;
using FleetExporter.Overview;
using FleetExporter.Parsing;
using FleetExporter.Polling.Snapshots;
using FleetExporter.Tests.Config;
using FleetExporter.Views;
using Microsoft.Extensions.Logging.Abstractions;

namespace FleetExporter.Tests.Views;

/// <summary>A host whose view cannot be built.</summary>
public sealed class HostViewsTests
{
    private static readonly FleetConfig Config = Yml.Load("hosts: [{ name: a, address: a.lan }, { name: b, address: b.lan }]");

    private readonly FakeClock _clock = new();
    private readonly FleetState _state = new();
    private readonly HostViews _views;
    private readonly OverviewBuilder _overview;

    public HostViewsTests()
    {
        _views = new HostViews(_state, _clock, NullLogger<HostViews>.Instance);
        _overview = new OverviewBuilder(_state, _clock, NullLogger<OverviewBuilder>.Instance);
        Watch("a", new GpuReading([new Gpu { Index = 0, Name = "good" }], 0, null));
        Watch("b", new GpuReading(new Broken(), 0, null));
    }

    [Fact]
    public void A_view_that_fails_does_not_affect_other_hosts_in_the_list()
    {
        var (good, bad) = (_views.Of(_state.Find("a")!), _views.Of(_state.Find("b")!));

        Assert.Equal("good", Assert.Single(good.Gpus).Name);
        Assert.Equal(("b", "the exporter cannot show its readings; see the exporter's log"), (bad.Hostname, bad.Reason));
        Assert.Empty(bad.Gpus);
    }

    [Fact]
    public void A_view_that_fails_does_not_affect_the_rest_of_the_overview()
    {
        var parts = _overview.Build(Config).AllGpus();

        Assert.Equal([("a", "good"), ("b", null)], parts.Select(p => (p.Host, p.GpuName)));
        Assert.Equal("a", Assert.IsType<GpuPart>(_overview.Build(Config).Gpu()).Host);
    }

    private void Watch(string name, GpuReading reading)
    {
        var now = _clock.Now();
        var host = HostSnapshot.Initial(Config.Hosts.Single(h => h.Name == name), new PollTiming(TimeSpan.FromSeconds(10), 3), now);
        var outcome = new CollectorOutcome { Collector = "gpu", At = now, Reading = reading, ReadingAt = now };
        _state.Set(host with { Outcomes = host.Outcomes.With(outcome) });
    }

    private sealed class Broken : IReadOnlyList<Gpu>
    {
        public int Count => 1;

        public Gpu this[int index] => throw new InvalidOperationException("broken");

        public IEnumerator<Gpu> GetEnumerator() => throw new InvalidOperationException("broken");

        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
