using System.Collections.Concurrent;

namespace FleetExporter.Targets;

/// <summary>What targets offer besides their readings, such as the connection to a gateway: by name, while they are watched.</summary>
internal sealed class TargetLinks
{
    private readonly ConcurrentDictionary<string, object> _links = new(StringComparer.Ordinal);

    /// <summary>Registers the link of a target, instead of an earlier one.</summary>
    public void Set(string target, object link) => _links[target] = link;

    /// <summary>Removes this link of a target; keeps the one of its successor.</summary>
    public void Remove(string target, object link) => _links.TryRemove(KeyValuePair.Create(target, link));

    /// <summary>Null if the target is not watched, or offers something else.</summary>
    public T? Find<T>(string target)
        where T : class => _links.GetValueOrDefault(target) as T;

    /// <summary>By name of the target.</summary>
    public IReadOnlyList<T> All<T>()
        where T : class => [.. _links.OrderBy(l => l.Key, StringComparer.Ordinal).Select(l => l.Value).OfType<T>()];
}
