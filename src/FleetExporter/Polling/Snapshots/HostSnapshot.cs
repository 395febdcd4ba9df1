using System.Collections.Immutable;
using FleetExporter.Collectors;
using FleetExporter.Config;
using FleetExporter.Parsing;
using FleetExporter.Polling.Derivation;

namespace FleetExporter.Polling.Snapshots;

public enum HostStatus
{
    /// <summary>Connected, and every collector that is on succeeds.</summary>
    Online,

    /// <summary>Something fails, or the host has missed a poll; also a host that has not been reached yet.</summary>
    Degraded,

    /// <summary>No answer for <c>stale_after_polls</c> polls.</summary>
    Offline,
}

/// <summary>How often a host is asked, and when what it said is too old.</summary>
internal sealed record PollTiming(TimeSpan Interval, int StaleAfterPolls)
{
    public TimeSpan StaleAfter(TimeSpan every) => (every > Interval ? every : Interval) * StaleAfterPolls;
}

/// <summary>A collector's failure and when it was.</summary>
internal sealed record FailureNote(Instant At, string What, string Reason, string Message);

/// <summary>Everything known of a host at one moment. Immutable; readers take the whole.</summary>
/// <param name="LastSeen">When the host last sent a section.</param>
/// <param name="Failures">Failed attempts by collector and reason since the exporter watches the host.</param>
/// <param name="Recent">The last failures, newest first.</param>
internal sealed record HostSnapshot(
    HostConfig Host,
    PollTiming Timing,
    Instant WatchedSince,
    ConnectionState Connection,
    ImmutableDictionary<string, CollectorOutcome> Outcomes,
    ImmutableDictionary<(string Collector, CollectorFailure Reason), long> Failures,
    ImmutableList<FailureNote> Recent,
    Instant? LastSeen,
    HostHistory History)
{
    public static HostSnapshot Initial(HostConfig host, PollTiming timing, Instant now) => new(
        host,
        timing,
        now,
        new ConnectionState(false, null, "connecting", now),
        ImmutableDictionary<string, CollectorOutcome>.Empty,
        ImmutableDictionary<(string, CollectorFailure), long>.Empty,
        [],
        null,
        HostHistory.Empty);

    /// <summary>What the host last said it is and has, however old: it changes with a reboot or an installation.</summary>
    public SystemIdentity? System => (Outcomes.GetValueOrDefault("system")?.Reading as SystemReading)?.System;

    /// <summary>The collector's data, or null when it has none or what it has is stale.</summary>
    public TReading? Get<TReading>(HostCollector collector, Instant now)
        where TReading : Reading => ReadingOf(collector, now) as TReading;

    public Reading? ReadingOf(HostCollector collector, Instant now) =>
        Outcomes.GetValueOrDefault(collector.Name)?.FreshReading(Timing.StaleAfter(collector.Every), now);

    /// <summary>The first reading of this kind that is fresh.</summary>
    public TReading? Get<TReading>(Instant now)
        where TReading : Reading => CollectorCatalog.All.Select(c => ReadingOf(c, now)).OfType<TReading>().FirstOrDefault();

    public HostStatus Status(Instant now)
    {
        if (now - (LastSeen ?? WatchedSince) > Timing.StaleAfter(TimeSpan.Zero))
        {
            return HostStatus.Offline;
        }

        return Connection.Up && LastSeen is not null && FirstProblem(now) is null ? HostStatus.Online : HostStatus.Degraded;
    }

    /// <summary>What is wrong, in one line; null when nothing is.</summary>
    public string? Problem(Instant now) =>
        Host.Device is { } device ? DevicePush.Problem(device, LastSeen, now)
        : Connection.Up
            ? FirstProblem(now)
            : Connection.Failure is { } failure ? $"{Words.Of(failure)}: {Connection.Detail}" : Connection.Detail;

    private string? FirstProblem(Instant now)
    {
        foreach (var collector in CollectorCatalog.All)
        {
            if (Outcomes.GetValueOrDefault(collector.Name) is { Failure: { } failure } outcome)
            {
                return $"{collector.Name}: {Words.Of(failure)}{(outcome.Message is null ? "" : ": " + outcome.Message)}";
            }
        }

        if (Get<GpuReading>(now) is { LostInAll: > 0 } gpus)
        {
            return $"gpu: {gpus.WhatIsLost}";
        }

        return LastSeen is { } seen && now - seen > 2 * Timing.Interval ? "no answer to the last poll" : null;
    }
}
