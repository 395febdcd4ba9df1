using System.Collections;
using FleetExporter.Collectors;

namespace FleetExporter.Polling.Snapshots;

/// <summary>The outcomes of a host's collectors, at most one of each. Immutable: a change makes a copy, which is one small array.</summary>
internal sealed class CollectorOutcomes : IEnumerable<CollectorOutcome>
{
    private static readonly Dictionary<string, int> Positions =
        CollectorCatalog.All.Select((collector, position) => (collector.Name, position)).ToDictionary(StringComparer.Ordinal);

    /// <summary>In the order of <see cref="CollectorCatalog.All"/>; null without an outcome.</summary>
    private readonly CollectorOutcome?[] _items;

    private CollectorOutcomes(CollectorOutcome?[] items) => _items = items;

    public static CollectorOutcomes Empty { get; } = new(new CollectorOutcome?[CollectorCatalog.All.Count]);

    /// <summary>The outcome of the collector at this position of <see cref="CollectorCatalog.All"/>; null before its first request.</summary>
    public CollectorOutcome? this[int position] => _items[position];

    /// <exception cref="KeyNotFoundException">The collector has no outcome.</exception>
    public CollectorOutcome this[string collector] => Find(collector) ?? throw new KeyNotFoundException($"no outcome of {collector}");

    /// <returns>Null if the collector has no outcome.</returns>
    public CollectorOutcome? Find(string collector) => Positions.TryGetValue(collector, out var position) ? _items[position] : null;

    public bool Contains(string collector) => Find(collector) is not null;

    /// <summary>Replaces the outcomes of the same collectors.</summary>
    /// <exception cref="KeyNotFoundException">There is no such collector.</exception>
    public CollectorOutcomes With(params ReadOnlySpan<CollectorOutcome> outcomes)
    {
        var items = (CollectorOutcome?[])_items.Clone();
        foreach (var outcome in outcomes)
        {
            items[Positions[outcome.Collector]] = outcome;
        }

        return new CollectorOutcomes(items);
    }

    public CollectorOutcomes Without(IEnumerable<string> collectors)
    {
        var items = (CollectorOutcome?[])_items.Clone();
        foreach (var collector in collectors)
        {
            items[Positions[collector]] = null;
        }

        return new CollectorOutcomes(items);
    }

    public IEnumerator<CollectorOutcome> GetEnumerator() => _items.OfType<CollectorOutcome>().GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
