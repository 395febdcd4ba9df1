using FleetExporter.Collectors;
using FleetExporter.Parsing;

namespace FleetExporter.Polling.Snapshots;

/// <summary>The last attempt of one collector on a host.</summary>
internal sealed record CollectorOutcome : Attempt<Reading, CollectorFailure>
{
    public required string Collector { get; init; }

    /// <summary>The parsed section from which the reading is derived; null when there is none.</summary>
    public IAnswer? Answer { get; init; }

    /// <summary>Answers of other collectors from which the reading was derived.</summary>
    public IReadOnlyList<ReadingSource> Sources { get; init; } = [];

    /// <summary>Why the collector is off on this host, all else is then empty; null where it is on.</summary>
    public string? OffBecause { get; init; }

    /// <summary>The section as received, truncated, for <c>/debug/hosts</c>; in UTF-8, which is half as large as a string.</summary>
    public byte[]? Body { get; init; }

    public IAnswer? FreshAnswer(TimeSpan staleAfter, Instant now) => IsFresh(staleAfter, now) ? Answer : null;

    public Reading? FreshReading(TimeSpan staleAfter, Instant now) => ReadingWithin(staleAfter, now);

    /// <summary>After an answer; its reading is derived later, together with those of the same frame.</summary>
    public CollectorOutcome Answered(IAnswer answer, TimeSpan? duration, byte[] body, Instant now) => this with
    {
        At = now,
        Duration = duration,
        Failure = answer.Failure,
        Message = answer.Failure is null ? null : "see the section's text at /debug/hosts",
        Answer = answer,
        Reading = null,
        ReadingAt = now,
        LastSuccess = answer.Failure is null ? now : LastSuccess,
        OffBecause = null,
        Body = body,
    };

    /// <summary>After an answer that is a failure: the reading is dropped.</summary>
    public CollectorOutcome Failed(CollectorFailure reason, string message, TimeSpan? duration, byte[]? body, Instant now) => this with
    {
        At = now,
        Duration = duration,
        Failure = reason,
        Message = message,
        Answer = null,
        Reading = null,
        ReadingAt = null,
        OffBecause = null,
        Body = body,
    };

    /// <summary>After a request without an answer: the reading is kept until it is stale.</summary>
    public CollectorOutcome TimedOut(string message, Instant now) =>
        this with { At = now, Failure = CollectorFailure.Timeout, Message = message };
}
