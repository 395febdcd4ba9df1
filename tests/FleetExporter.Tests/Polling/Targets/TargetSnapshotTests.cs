using FleetExporter.Metrics;
using FleetExporter.OpenClaw;
using FleetExporter.Parsing;
using FleetExporter.Polling.Snapshots;
using FleetExporter.Targets;

namespace FleetExporter.Tests.Polling.Targets;

/// <summary>The reading of a failing target.</summary>
public sealed class TargetSnapshotTests
{
    private static readonly Instant Now = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero), TimeSpan.Zero);
    private static readonly TargetSnapshot Fresh =
        new(
            new GatewayConfig { Name = "claw", Url = new Uri("ws://localhost") }, new GatewayCollector(),
            new PollTiming(TimeSpan.FromSeconds(10), 3));

    [Fact]
    public void The_reading_of_a_failed_attempt_replaces_the_previous_one()
    {
        var answered = Fresh.Answered(new Known("old"), Now, TimeSpan.Zero);

        var failed = answered.Failed(TargetFailure.Timeout, "late", Now + TimeSpan.FromSeconds(60), TimeSpan.Zero, new Known("new"));

        Assert.Equal(new Known("new"), failed.FreshReading(Now + TimeSpan.FromSeconds(60)));
        Assert.False(failed.Verdict(Now + TimeSpan.FromSeconds(60)).Up);
        Assert.Equal(Now, failed.LastSuccess);
    }

    [Theory]
    [InlineData(TargetFailure.Timeout, true)]
    [InlineData(TargetFailure.Refused, false)]
    public void Without_a_reading_only_a_missing_answer_keeps_the_previous_one(TargetFailure reason, bool kept) =>
        Assert.Equal(kept, Fresh.Answered(new Known("old"), Now, TimeSpan.Zero)
            .Failed(reason, "m", Now + TimeSpan.FromSeconds(10), TimeSpan.Zero).FreshReading(Now + TimeSpan.FromSeconds(10)) is not null);

    private sealed record Known(string What) : TargetReading
    {
        public override void WriteTo(MetricsPage page, Labels target)
        {
        }
    }
}
