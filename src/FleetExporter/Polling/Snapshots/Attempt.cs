using FleetExporter.Collectors;

namespace FleetExporter.Polling.Snapshots;

/// <summary>The last attempt of a collector on a host or a target, and the data it left. Health and data are apart.</summary>
/// <typeparam name="TReading">The data.</typeparam>
/// <typeparam name="TFailure">The closed set of reasons.</typeparam>
internal abstract record Attempt<TReading, TFailure>
    where TReading : Reading
    where TFailure : struct, Enum
{
    /// <summary>When the last attempt ended, by the exporter's clock; null before the first has.</summary>
    public Instant? At { get; init; }

    /// <summary>Time the attempt took: on the host for a section, from here for a target. Zero when no answer came.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>Null after a success.</summary>
    public TFailure? Failure { get; init; }

    /// <summary>The failure in one line; null after a success.</summary>
    public string? Message { get; init; }

    /// <summary>The data: kept when no answer came, null after an answer that was a failure and told nothing else.</summary>
    public TReading? Reading { get; init; }

    /// <summary>When the answer behind <see cref="Reading"/> came.</summary>
    public Instant? ReadingAt { get; init; }

    public Instant? LastSuccess { get; init; }

    /// <summary>The data; null when there are none or they are older than this.</summary>
    protected TReading? ReadingWithin(TimeSpan staleAfter, Instant now) => ReadingAt is { } at && now - at <= staleAfter ? Reading : null;
}
