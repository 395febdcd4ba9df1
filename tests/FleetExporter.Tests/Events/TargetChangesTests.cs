using FleetExporter.Config;
using FleetExporter.Control;
using FleetExporter.Events;
using FleetExporter.Parsing;
using FleetExporter.Polling.Snapshots;
using FleetExporter.Polling.Targets;
using FleetExporter.Remote;
using FleetExporter.Store;
using FleetExporter.Targets.Services;
using FleetExporter.Tests.Config;

namespace FleetExporter.Tests.Events;

public sealed class TargetChangesTests
{
    private const string Both = "services: [{ name: stt, url: \"http://h/health\" }]\ntunnels: [{ name: t, connect: \"127.0.0.1:5\" }]\n";

    private readonly EventFixture _fleet = new();
    private readonly FleetState _state = new();
    private readonly FleetConfig _config = Yml.Load("hosts: []\n" + Both);

    [Fact]
    public void States_are_those_of_the_overview()
    {
        Look();
        Assert.Empty(_fleet.Take());
        Answers("stt", ServingState.Ok);
        Fails("t", TargetFailure.Refused);
        Assert.Empty(_fleet.Take());

        Answers("stt", ServingState.Loading);
        Fails("stt", TargetFailure.Timeout);
        Fails("stt", TargetFailure.Refused);
        Answers("stt", ServingState.Ok);
        Assert.Equal(
            [
                "target warning service:stt ok degraded not_ready",
                "target critical service:stt degraded error timeout",
                "target ok service:stt error ok -",
            ],
            _fleet.Take());
    }

    [Fact]
    public void A_restart_reports_only_changes_and_a_removed_target_is_forgotten()
    {
        Answers("stt", ServingState.Ok);
        _fleet.Restart();
        Answers("stt", ServingState.Ok);
        Assert.Empty(_fleet.Take());
        _fleet.Restart();
        Fails("stt", TargetFailure.Dns);
        Assert.Equal(["the service stt fails: dns: no"], _fleet.TakeTexts());

        _state.RemoveTarget("stt");
        Look();
        Assert.Empty(_fleet.Take());
        TargetChanges.Record(_config, [], _state, _fleet.Context);
        Assert.Empty(_fleet.Take());
        TargetChanges.Remove([], _fleet.Context);
        Assert.Equal(["target info service:stt error removed -"], _fleet.Take());

        Answers("stt", ServingState.Ok);
        Assert.Equal(["target info service:stt - added -"], _fleet.Take());
    }

    [Fact]
    public void A_target_that_the_API_created_has_events_and_stays_known_while_it_is_not_watched()
    {
        var stt = _config.Targets.Single(t => t.Name == "stt");
        var row = new StoredTarget { Id = "1", Kind = "service", Name = "stt", Settings = "{}", IsActive = true };
        var watched = WatchedTarget.Of(stt) with { Row = row };
        var config = _config with { Targets = [] };
        _fleet.Known.Settle();

        _state.Set(Snapshot("stt").Failed(TargetFailure.Refused, "no", _fleet.Now, TimeSpan.Zero));
        TargetChanges.Record(config, [watched], _state, _fleet.Context);
        Assert.Equal(["target info service:stt - added -"], _fleet.Take());

        _state.RemoveTarget("stt");
        var idle = watched with { Idle = "it is not active" };
        TargetChanges.Record(config, [idle], _state, _fleet.Context);
        TargetChanges.Remove([idle], _fleet.Context);
        Assert.Empty(_fleet.Take());
        TargetChanges.Remove([], _fleet.Context);
        Assert.Equal(["target info service:stt error removed -"], _fleet.Take());
    }

    private void Answers(string name, ServingState state)
    {
        var reading = new ServiceReading(new ServiceHealth(state, null, null), 80, new HttpTimes(default, default, default, default, default), null);
        _state.Set(Snapshot(name).Answered(reading, _fleet.Now, TimeSpan.Zero));
        Look();
    }

    private void Fails(string name, TargetFailure reason)
    {
        _state.Set(Snapshot(name).Failed(reason, "no", _fleet.Now, TimeSpan.Zero));
        Look();
    }

    private TargetSnapshot Snapshot(string name)
    {
        var target = _config.Targets.Single(t => t.Name == name);
        var collector = TargetCatalog.All.Single(c => c.Kind == TargetCatalog.KindOf(target));
        return new TargetSnapshot(target, collector, new PollTiming(TimeSpan.FromSeconds(10), 3));
    }

    private void Look()
    {
        IReadOnlyList<WatchedTarget> all = [.. _config.Targets.Select(WatchedTarget.Of)];
        TargetChanges.Record(_config, all, _state, _fleet.Context);
        TargetChanges.Remove(all, _fleet.Context);
    }
}
