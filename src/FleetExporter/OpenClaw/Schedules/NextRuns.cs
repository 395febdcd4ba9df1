using FleetExporter.OpenClaw.Protocol;

namespace FleetExporter.OpenClaw.Schedules;

/// <summary>Why the next runs of a cron job are unknown.</summary>
internal enum NextRunsGap
{
    /// <summary>The schedule is not a valid one.</summary>
    Invalid,

    /// <summary>It does not depend on time.</summary>
    NotTimed,

    /// <summary>The exporter's machine does not know its time zone, or it has none and the gateway's next run is not that of UTC.</summary>
    TimeZone,

    /// <summary>The gateway does not say when it runs next.</summary>
    Unknown,
}

/// <summary>The next runs of a cron job, computed from its schedule.</summary>
/// <param name="Times">Empty if there will be none; null if unknown.</param>
/// <param name="Gap">Why they are unknown; null if they are known.</param>
internal sealed record NextRuns(IReadOnlyList<DateTimeOffset>? Times, NextRunsGap? Gap)
{
    private const int Count = 3;

    /// <summary>The gateway starts jobs of the same time a little apart.</summary>
    private static readonly TimeSpan Stagger = TimeSpan.FromMinutes(5);

    public static NextRuns Of(GatewayCron cron, DateTimeOffset now) => (cron.Enabled, cron.When) switch
    {
        (false, _) => new([], null),
        (_, { Kind: "cron", Expression: { } expression }) => CronTimes.Parse(expression) is { } times
            ? OfCron(times, cron.When.TimeZone, cron.NextRun, now) : new(null, NextRunsGap.Invalid),
        (_, { Kind: "every", Every: { } every }) when every > TimeSpan.Zero => OfEvery(every, cron.NextRun, now),
        (_, { Kind: "at", At: { } at }) => new(at > now ? [at] : [], null),
        (_, { Kind: "cron" or "every" or "at" }) => new(null, NextRunsGap.Invalid),
        (_, { Kind: "" }) => new(null, NextRunsGap.Unknown),
        _ => new(null, NextRunsGap.NotTimed),
    };

    private static NextRuns OfCron(CronTimes times, string? zoneName, DateTimeOffset? next, DateTimeOffset now)
    {
        // Without a time zone, the gateway uses its machine's: UTC if its next run fits.
        var zone = zoneName is not null ? TimeZoneNames.Find(zoneName)
            : next is { } known && times.Next(known - Stagger, TimeZoneInfo.Utc) <= known ? TimeZoneInfo.Utc
            : null;
        if (zone is null)
        {
            return new NextRuns(null, NextRunsGap.TimeZone);
        }

        List<DateTimeOffset> found = [];
        for (var at = times.Next(now, zone); at is { } time && found.Count < Count; at = times.Next(time, zone))
        {
            found.Add(time.ToUniversalTime());
        }

        return new NextRuns(found, null);
    }

    private static NextRuns OfEvery(TimeSpan every, DateTimeOffset? next, DateTimeOffset now)
    {
        if (next is not { } first)
        {
            return new NextRuns(null, NextRunsGap.Unknown);
        }

        var missed = first > now ? 0 : ((now - first).Ticks / every.Ticks) + 1;
        return new NextRuns([.. Enumerable.Range(0, Count).Select(i => first.AddTicks((missed + i) * every.Ticks))], null);
    }
}
