namespace FleetExporter.History;

/// <summary>Unit of a value.</summary>
internal enum HistoryUnit
{
    Percent,

    /// <summary>MiB.</summary>
    Mb,
    Celsius,
    Watts,
    BytesPerSecond,
    Seconds,
    Milliseconds,
    Count,

    /// <summary>1 while it is up, 0 while it is down.</summary>
    State,

    /// <summary>1 while it holds, 0 while it does not.</summary>
    Flag,
    PerSecond,
    Usd,
    Mhz,
}

/// <summary>One value of a kind of subject: a word of the closed list that clients choose from, and how it is read.</summary>
/// <param name="Labels">Labels that distinguish its series; empty for a single series.</param>
/// <param name="Query">PromQL for a subject, a bound and a window.</param>
internal sealed record HistoryValue(string Name, HistoryUnit Unit, IReadOnlyList<string> Labels, Func<HistoryQuery, string> Query)
{
    /// <summary>What memory keeps of it; null for nothing.</summary>
    public RecentValue? Recent { get; init; }

    /// <summary>Whether the series with the highest values come first, instead of the order of their names.</summary>
    public bool Ranked { get; init; }
}
