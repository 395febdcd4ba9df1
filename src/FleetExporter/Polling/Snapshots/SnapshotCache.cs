using System.Runtime.CompilerServices;

namespace FleetExporter.Polling.Snapshots;

/// <summary>What is computed from snapshots, kept as long as the snapshot, and used until a reading or the status ages.</summary>
internal sealed class SnapshotCache<T>
    where T : class
{
    private readonly ConditionalWeakTable<HostSnapshot, Entry> _entries = [];

    /// <summary>The kept value; null when there is none for this moment.</summary>
    public T? Find(HostSnapshot host, Instant now) => _entries.TryGetValue(host, out var entry) && entry.IsValid(now) ? entry.Value : null;

    public void Set(HostSnapshot host, Instant now, T value) => _entries.AddOrUpdate(host, new Entry(now, host.UnchangedUntil(now), value));

    private sealed record Entry(Instant At, Instant Until, T Value)
    {
        /// <summary>Times are as of the wall clock at the computation, unless that was set since.</summary>
        public bool IsValid(Instant now) => now <= Until && (now.Time - At.Time - (now - At)).Duration() < TimeSpan.FromSeconds(1);
    }
}
