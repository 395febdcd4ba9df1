using FleetExporter.Parsing;
using FleetExporter.Polling.Snapshots;
using FleetExporter.Remote;
using FleetExporter.Targets.Services;

namespace FleetExporter.Tests.Polling.Targets;

public sealed class TargetSnapshotTests
{
    private readonly FakeClock _clock = new();
    private TargetSnapshot _snapshot = new(
        new ServiceConfig { Name = "s", Url = new("http://x") }, new ServiceCollector(), new PollTiming(TimeSpan.FromSeconds(10), 3));

    [Fact]
    public void A_state_lasts_until_success_or_condition_change()
    {
        Assert.Null(_snapshot.Since);
        Assert.True(Begins(Answered(ServingState.Loading)));
        Assert.False(Begins(Answered(ServingState.Loading)));
        Assert.True(Begins(Answered(ServingState.Ok)));
        Assert.False(Begins(Answered(ServingState.Ok)));
        Assert.True(Begins(Failed(TargetFailure.Refused)));
        Assert.False(Begins(Failed(TargetFailure.Timeout)));
        Assert.True(Begins(Answered(ServingState.Ok)));
    }

    [Fact]
    public void The_last_20_failures_are_kept_newest_first_and_all_are_counted()
    {
        for (var n = 0; n < 25; n++)
        {
            Begins(Failed(n % 2 == 0 ? TargetFailure.Timeout : TargetFailure.Refused));
        }

        Begins(Answered(ServingState.Ok));
        Assert.Equal(20, _snapshot.Recent.Count);
        Assert.Equal(("timeout", "service", "why"), (_snapshot.Recent[0].Reason, _snapshot.Recent[0].Source, _snapshot.Recent[0].Message));
        Assert.True(_snapshot.Recent[0].At > _snapshot.Recent[1].At);
        Assert.Equal((13, 12), (_snapshot.Failures[TargetFailure.Timeout], _snapshot.Failures[TargetFailure.Refused]));
    }

    private TargetSnapshot Answered(ServingState state) => _snapshot.Answered(
        new ServiceReading(new ServiceHealth(state, null, null), 1, new HttpTimes(null, null, null, default, default), null),
        _clock.Now(), TimeSpan.FromMilliseconds(1));

    private TargetSnapshot Failed(TargetFailure reason) => _snapshot.Failed(reason, "why", _clock.Now(), TimeSpan.FromMilliseconds(1));

    /// <summary>Whether the next snapshot begins a new state.</summary>
    private bool Begins(TargetSnapshot next)
    {
        var begins = next.Since != _snapshot.Since;
        Assert.True(!begins || next.Since == _clock.Now());
        _snapshot = next;
        _clock.Advance(TimeSpan.FromSeconds(10));
        return begins;
    }
}
