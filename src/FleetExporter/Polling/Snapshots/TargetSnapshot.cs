using System.Collections.Immutable;
using FleetExporter.Config;
using FleetExporter.Parsing;
using FleetExporter.Targets;

namespace FleetExporter.Polling.Snapshots;

/// <summary>Everything known of a target at one moment: its last attempt and the results of earlier ones. Immutable.</summary>
internal sealed record TargetSnapshot(TargetConfig Target, TargetCollector Collector, PollTiming Timing) : Attempt<TargetReading, TargetFailure>
{
    private const int MaxRecent = 20;

    /// <summary>Failed attempts since the last success.</summary>
    public int ConsecutiveFailures { get; init; }

    /// <summary>Failed attempts by reason since the exporter watches the target.</summary>
    public ImmutableDictionary<TargetFailure, long> Failures { get; init; } = ImmutableDictionary<TargetFailure, long>.Empty;

    /// <summary>The last failures, newest first.</summary>
    public ImmutableList<RecentFailure> Recent { get; init; } = [];

    /// <summary>
    /// When its state began: since then attempts succeed, or fail, with readings of one condition. Null before the first attempt has ended.
    /// </summary>
    public Instant? Since { get; init; }

    /// <summary>Condition of the last attempt's own reading; null without one.</summary>
    private string? Condition { get; init; }

    /// <summary>The reading; null when there is none or it is stale.</summary>
    public TargetReading? FreshReading(Instant now) => ReadingWithin(Timing.StaleAfter(Target.Timeout), now);

    public TReading? Get<TReading>(Instant now)
        where TReading : TargetReading => FreshReading(now) as TReading;

    public TargetVerdict Verdict(Instant now) => new(FreshReading(now), Failure, At is not null, ConsecutiveFailures);

    public TargetSnapshot Answered(TargetReading reading, Instant now, TimeSpan duration) => this with
    {
        At = now,
        Duration = duration,
        Failure = null,
        Message = null,
        Reading = reading,
        ReadingAt = now,
        LastSuccess = now,
        ConsecutiveFailures = 0,
        Since = At is not null && Failure is null && Condition == reading.Condition ? Since : now,
        Condition = reading.Condition,
    };

    /// <param name="reading">Data that the failed attempt obtained nevertheless; null for none.</param>
    public TargetSnapshot Failed(TargetFailure reason, string message, Instant now, TimeSpan duration, TargetReading? reading = null)
    {
        // When no answer came, the last reading is kept until it is stale.
        var silent = reason is TargetFailure.Timeout or TargetFailure.Dns;
        return this with
        {
            At = now,
            Duration = duration,
            Failure = reason,
            Message = message,
            Reading = reading ?? (silent ? Reading : null),
            ReadingAt = reading is null ? ReadingAt : now,
            ConsecutiveFailures = ConsecutiveFailures + 1,
            Failures = Failures.SetItem(reason, Failures.GetValueOrDefault(reason) + 1),
            Recent = [new RecentFailure(now, Collector.Name, Words.Of(reason), message), .. Recent.Take(MaxRecent - 1)],
            Since = At is not null && Failure is not null && Condition == reading?.Condition ? Since : now,
            Condition = reading?.Condition,
        };
    }
}
