using System.Collections.Immutable;

namespace FleetExporter.Polling;

/// <summary>The latest snapshot of every host. Readers never lock and never wait; writers replace one host's snapshot whole.</summary>
public sealed class FleetState
{
    private ImmutableSortedDictionary<string, HostSnapshot> _hosts = ImmutableSortedDictionary<string, HostSnapshot>.Empty.WithComparers(StringComparer.Ordinal);

    /// <summary>Hosts in the order of their names.</summary>
    public IEnumerable<HostSnapshot> Hosts => Volatile.Read(ref _hosts).Values;

    public HostSnapshot? Find(string host) => Volatile.Read(ref _hosts).GetValueOrDefault(host);

    public void Set(HostSnapshot snapshot) =>
        ImmutableInterlocked.Update(ref _hosts, static (hosts, s) => hosts.SetItem(s.Host.Name, s), snapshot);

    public void Remove(string host) => ImmutableInterlocked.Update(ref _hosts, static (hosts, name) => hosts.Remove(name), host);
}
