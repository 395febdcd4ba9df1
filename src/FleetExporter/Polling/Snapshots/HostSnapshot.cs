using System.Collections.Immutable;
using FleetExporter.Collectors;
using FleetExporter.Config;
using FleetExporter.Parsing;

namespace FleetExporter.Polling.Snapshots;

public enum HostStatus
{
    /// <summary>Connected, and every enabled collector succeeds.</summary>
    Online,

    /// <summary>A collector fails, or the host missed a poll; also a host that has not been reached yet.</summary>
    Degraded,

    /// <summary>No answer for <c>stale_after_polls</c> polls.</summary>
    Offline,
}

/// <summary>The poll interval, and the number of polls after which a reading is stale.</summary>
internal sealed record PollTiming(TimeSpan Interval, int StaleAfterPolls)
{
    public TimeSpan StaleAfter(TimeSpan every) => (every > Interval ? every : Interval) * StaleAfterPolls;
}

/// <summary>A failed attempt of a collector or connection.</summary>
internal sealed record RecentFailure(Instant At, string Source, string Reason, string Message);

/// <summary>Everything known of a host at one moment. Immutable.</summary>
/// <param name="LastSeen">When the host last sent a section.</param>
/// <param name="Failures">Failed attempts by collector and reason since the exporter watches the host.</param>
/// <param name="Recent">The last failures, newest first.</param>
internal sealed record HostSnapshot(
    HostConfig Host,
    PollTiming Timing,
    Instant WatchedSince,
    ConnectionState Connection,
    CollectorOutcomes Outcomes,
    ImmutableDictionary<(string Collector, CollectorFailure Reason), long> Failures,
    ImmutableList<RecentFailure> Recent,
    Instant? LastSeen,
    HostHistory History)
{
    /// <summary>Until when the GPUs are left alone, past or to come; null without a release.</summary>
    public Instant? GpusReleasedUntil { get; init; }

    /// <summary>Until when the GPUs are left alone; null while they are watched.</summary>
    public Instant? ReleasedUntil(Instant now) => GpusReleasedUntil > now ? GpusReleasedUntil : null;

    /// <summary>Until when somebody looks at what is read on demand.</summary>
    public Instant? LookedAtUntil { get; init; }

    public bool IsLookedAt(Instant now) => LookedAtUntil > now;

    public static HostSnapshot Initial(HostConfig host, PollTiming timing, Instant now) => new(
        host,
        timing,
        now,
        new ConnectionState(false, null, "connecting", now),
        CollectorOutcomes.Empty,
        ImmutableDictionary<(string, CollectorFailure), long>.Empty,
        [],
        null,
        HostHistory.Empty);

    /// <summary>The host's last known identity, however old: it changes only with a reboot or an installation.</summary>
    public SystemIdentity? System => (Outcomes.Find("system")?.Reading as SystemReading)?.System;

    /// <summary>The collector's reading; null when there is none or it is stale.</summary>
    public TReading? Get<TReading>(HostCollector collector, Instant now)
        where TReading : Reading => ReadingOf(collector, now) as TReading;

    public Reading? ReadingOf(HostCollector collector, Instant now) =>
        Outcomes.Find(collector.Name)?.FreshReading(Timing.StaleAfter(collector.Every), now);

    /// <summary>The first fresh reading of this kind.</summary>
    public TReading? Get<TReading>(Instant now)
        where TReading : Reading
    {
        var collectors = CollectorCatalog.All;
        for (var i = 0; i < collectors.Count; i++)
        {
            if (Outcomes[i] is { Reading: TReading reading } outcome && outcome.FreshReading(Timing.StaleAfter(collectors[i].Every), now) is not null)
            {
                return reading;
            }
        }

        return null;
    }

    public HostStatus Status(Instant now)
    {
        if (now - (LastSeen ?? WatchedSince) > Timing.StaleAfter(TimeSpan.Zero))
        {
            return HostStatus.Offline;
        }

        return Connection.Up && LastSeen is not null && FirstProblem(now) is null ? HostStatus.Online : HostStatus.Degraded;
    }

    /// <summary>Until when readings and status stay as they are without a new snapshot; now for a device, whose pushes age differently.</summary>
    public Instant UnchangedUntil(Instant now)
    {
        if (Host.Device is not null)
        {
            return now;
        }

        var seen = LastSeen ?? WatchedSince;
        var until = Sooner(seen + Timing.StaleAfter(TimeSpan.Zero), Sooner(seen + (2 * Timing.Interval), now + TimeSpan.FromDays(1)));
        until = GpusReleasedUntil is { } released ? Sooner(released, until) : until;
        var collectors = CollectorCatalog.All;
        for (var i = 0; i < collectors.Count; i++)
        {
            if (Outcomes[i]?.ReadingAt is { } at)
            {
                until = Sooner(at + Timing.StaleAfter(collectors[i].Every), until);
            }
        }

        return until;

        // What is past changes nothing any more.
        Instant Sooner(Instant moment, Instant other) => moment >= now && moment < other ? moment : other;
    }

    /// <summary>The host's problem in one line; null when there is none.</summary>
    public string? Problem(Instant now) =>
        Host.Device is { } device ? DevicePush.Problem(device, LastSeen, now)
        : Connection.Up
            ? FirstProblem(now)
            : Connection.Failure is { } failure ? $"{Words.Of(failure)}: {Connection.Detail}" : Connection.Detail;

    private string? FirstProblem(Instant now)
    {
        foreach (var outcome in Outcomes)
        {
            if (outcome.Failure is { } failure)
            {
                return $"{outcome.Collector}: {Words.Of(failure)}{(outcome.Message is null ? "" : ": " + outcome.Message)}";
            }
        }

        if (Get<GpuReading>(now) is { LostCount: > 0 } gpus)
        {
            return $"gpu: {gpus.LostDescription}";
        }

        return LastSeen is { } seen && now - seen > 2 * Timing.Interval ? "no answer to the last poll" : null;
    }
}
