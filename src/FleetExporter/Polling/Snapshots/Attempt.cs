using FleetExporter.Collectors;

namespace FleetExporter.Polling.Snapshots;

/// <summary>The last attempt of a collector on a host or a target, and the last reading. Health and data are separate.</summary>
/// <typeparam name="TReading">The reading.</typeparam>
/// <typeparam name="TFailure">The closed set of reasons.</typeparam>
internal abstract record Attempt<TReading, TFailure>
    where TReading : Reading
    where TFailure : struct, Enum
{
    /// <summary>When the last attempt ended, by the exporter's clock; null before the first one has.</summary>
    public Instant? At { get; init; }

    /// <summary>
    /// Duration of the last answer: measured on the host for a section, by the exporter for a target. Null before the first, and after a sample of
    /// a loop.
    /// </summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>Null after a success.</summary>
    public TFailure? Failure { get; init; }

    /// <summary>The failure in one line; null after a success.</summary>
    public string? Message { get; init; }

    /// <summary>The last reading: kept when no answer came, null after an answer that was a failure without data.</summary>
    public TReading? Reading { get; init; }

    /// <summary>When the answer of <see cref="Reading"/> arrived.</summary>
    public Instant? ReadingAt { get; init; }

    public Instant? LastSuccess { get; init; }

    /// <summary>The reading; null when there is none or it is older than this.</summary>
    protected TReading? ReadingWithin(TimeSpan staleAfter, Instant now) => IsFresh(staleAfter, now) ? Reading : null;

    protected bool IsFresh(TimeSpan staleAfter, Instant now) => ReadingAt is { } at && now - at <= staleAfter;
}
