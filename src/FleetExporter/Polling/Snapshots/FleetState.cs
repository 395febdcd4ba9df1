using System.Collections.Immutable;
using FleetExporter.Collectors;
using FleetExporter.Config;
using FleetExporter.Parsing;

namespace FleetExporter.Polling.Snapshots;

/// <summary>The latest snapshot of every host and target. Readers never lock or wait; writers replace whole snapshots.</summary>
internal sealed class FleetState
{
    private ImmutableSortedDictionary<string, HostSnapshot> _hosts =
        ImmutableSortedDictionary<string, HostSnapshot>.Empty.WithComparers(StringComparer.Ordinal);

    private ImmutableSortedDictionary<string, TargetSnapshot> _targets =
        ImmutableSortedDictionary<string, TargetSnapshot>.Empty.WithComparers(StringComparer.Ordinal);

    /// <summary>
    /// Raised with the host's name after its snapshot was replaced or removed, on the writer's thread: handlers must not block or throw.
    /// </summary>
    public event Action<string>? HostChanged;

    /// <summary>Hosts ordered by name.</summary>
    public IEnumerable<HostSnapshot> Hosts => Volatile.Read(ref _hosts).Values;

    /// <summary>Targets of all kinds, ordered by name.</summary>
    public IEnumerable<TargetSnapshot> Targets => Volatile.Read(ref _targets).Values;

    public HostSnapshot? Find(string host) => Volatile.Read(ref _hosts).GetValueOrDefault(host);

    public void Set(HostSnapshot snapshot)
    {
        ImmutableInterlocked.Update(ref _hosts, static (hosts, s) => hosts.SetItem(s.Host.Name, s), snapshot);
        HostChanged?.Invoke(snapshot.Host.Name);
    }

    public TargetSnapshot? FindTarget(string name) => Volatile.Read(ref _targets).GetValueOrDefault(name);

    public void Set(TargetSnapshot snapshot) =>
        ImmutableInterlocked.Update(ref _targets, static (targets, s) => targets.SetItem(s.Target.Name, s), snapshot);

    /// <summary>A unit's last known state; null when the host is unknown, does not watch the unit, or its reading is stale.</summary>
    public SystemdUnit? UnitOf(string host, UnitName unit, Instant now) =>
        Find(host)?.Get<SystemdReading>(now)?.Units.Units.FirstOrDefault(u => u.Id == unit.Name && (u.Scope == "user") == unit.IsUser);

    public void RemoveTarget(string name) => ImmutableInterlocked.Update(ref _targets, static (targets, n) => targets.Remove(n), name);

    public void Remove(string host)
    {
        ImmutableInterlocked.Update(ref _hosts, static (hosts, name) => hosts.Remove(name), host);
        HostChanged?.Invoke(host);
    }
}
