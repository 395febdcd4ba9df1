namespace FleetExporter.Tests.Shape;

/// <summary>Groups of nodes of a directed graph that can all reach each other.</summary>
internal static class Cycles
{
    /// <returns>Each group sorted, the largest first.</returns>
    public static IReadOnlyList<IReadOnlyList<string>> Of(IReadOnlyDictionary<string, HashSet<string>> graph)
    {
        var reach = graph.Keys.ToDictionary(node => node, node => ReachableFrom(node, graph), StringComparer.Ordinal);
        return [.. graph.Keys
            .Where(node => reach[node].Contains(node))
            .GroupBy(node => string.Join(' ', reach[node].Where(other => reach[other].Contains(node)).Order(StringComparer.Ordinal)))
            .Select(g => (IReadOnlyList<string>)[.. g.Order(StringComparer.Ordinal)])
            .OrderByDescending(g => g.Count)];
    }

    private static HashSet<string> ReachableFrom(string start, IReadOnlyDictionary<string, HashSet<string>> graph)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var pending = new Stack<string>(graph[start]);
        while (pending.TryPop(out var node))
        {
            if (seen.Add(node) && graph.TryGetValue(node, out var next))
            {
                foreach (var other in next)
                {
                    pending.Push(other);
                }
            }
        }

        return seen;
    }
}
