using System.Runtime.CompilerServices;

namespace FleetExporter.Polling.Snapshots;

/// <summary>What is computed from snapshots, kept as long as the snapshot, and used until a reading or the status ages.</summary>
internal sealed class SnapshotCache<T>
    where T : class
{
    private readonly ConditionalWeakTable<HostSnapshot, Entry> _entries = [];

    /// <summary>The kept value; null when there is none for this moment.</summary>
    public T? Find(HostSnapshot host, Instant now) => _entries.TryGetValue(host, out var entry) && entry.Validity.Includes(now) ? entry.Value : null;

    public void Set(HostSnapshot host, Instant now, T value) => _entries.AddOrUpdate(host, new Entry(SnapshotValidity.Of(host, now), value));

    private sealed record Entry(SnapshotValidity Validity, T Value);
}

/// <summary>How long what was computed from a snapshot stays correct.</summary>
/// <param name="At">When it was computed.</param>
/// <param name="Until">When a reading or the status ages.</param>
internal readonly record struct SnapshotValidity(Instant At, Instant Until)
{
    public static SnapshotValidity Of(HostSnapshot host, Instant now) => new(now, host.UnchangedUntil(now));

    /// <summary>Times are as of the wall clock at the computation, unless that was set since.</summary>
    public bool Includes(Instant now) => now <= Until && (now.Time - At.Time - (now - At)).Duration() < TimeSpan.FromSeconds(1);
}
