using System.Collections.Immutable;
using FleetExporter.Collectors;
using FleetExporter.Config;
using FleetExporter.Parsing;
using FleetExporter.Targets;

namespace FleetExporter.Polling.Snapshots;

/// <summary>Everything known of a target at one moment. Immutable; readers take the whole.</summary>
/// <param name="At">When the last attempt ended; null before the first has.</param>
/// <param name="Duration">Time it took.</param>
/// <param name="Failure">Null after a success.</param>
/// <param name="Message">One line for a person; null after a success.</param>
/// <param name="Reading">
/// The data; kept from before when no answer came, null after an answer that was a failure, unless that says what it knows.
/// </param>
/// <param name="ReadingAt">When <paramref name="Reading"/> came.</param>
/// <param name="Failures">Failed attempts by reason since the exporter watches the target.</param>
public sealed record TargetSnapshot(
    TargetConfig Target,
    TargetCollector Collector,
    PollTiming Timing,
    Instant? At = null,
    TimeSpan Duration = default,
    TargetFailure? Failure = null,
    string? Message = null,
    Reading? Reading = null,
    Instant? ReadingAt = null,
    Instant? LastSuccess = null,
    int ConsecutiveFailures = 0)
{
    public ImmutableDictionary<TargetFailure, long> Failures { get; init; } = ImmutableDictionary<TargetFailure, long>.Empty;

    /// <summary>The data, or null when there are none or they are stale.</summary>
    public Reading? FreshReading(Instant now) => ReadingAt is { } at && now - at <= Timing.StaleAfter(Target.Timeout) ? Reading : null;

    public TReading? Get<TReading>(Instant now)
        where TReading : Reading => FreshReading(now) as TReading;

    public TargetVerdict Verdict(Instant now) => new(FreshReading(now), Failure, At is not null, ConsecutiveFailures);

    public TargetSnapshot Answered(Reading reading, Instant now, TimeSpan took) => this with
    {
        At = now,
        Duration = took,
        Failure = null,
        Message = null,
        Reading = reading,
        ReadingAt = now,
        LastSuccess = now,
        ConsecutiveFailures = 0,
    };

    /// <param name="known">What the failed attempt found out all the same; null when nothing.</param>
    public TargetSnapshot Failed(TargetFailure reason, string message, Instant now, TimeSpan took, Reading? known = null)
    {
        // Silence says nothing new: what was known stays until it is stale.
        var silent = reason is TargetFailure.Timeout or TargetFailure.Dns;
        return this with
        {
            At = now,
            Duration = took,
            Failure = reason,
            Message = message,
            Reading = known ?? (silent ? Reading : null),
            ReadingAt = known is null ? ReadingAt : now,
            ConsecutiveFailures = ConsecutiveFailures + 1,
            Failures = Failures.SetItem(reason, Failures.GetValueOrDefault(reason) + 1),
        };
    }
}
