using FleetExporter.Config.Yaml;

namespace FleetExporter.Config.Binding;

/// <summary>Adds the units of providers and tunnels to those that their hosts are asked for: a unit's state is known on its host only.</summary>
internal static class TargetUnits
{
    /// <param name="fleet">With all its hosts.</param>
    /// <param name="root">Where mistakes are noted: a unit on a host that is not watched.</param>
    public static FleetConfig Add(FleetConfig fleet, Field root)
    {
        var wanted = Of("providers", fleet.Providers, provider => provider.Unit, root)
            .Concat(Of("tunnels", fleet.Tunnels, tunnel => tunnel.Unit, root)).ToList();
        foreach (var (target, unit, field) in wanted.Where(w => fleet.Hosts.All(host => host.Name != w.Target.Host)))
        {
            field.FailValue(
                unit.ToString(),
                $"cannot be watched: no host is called {Shown.Quote(target.Host)}; add it to hosts, give another host, or remove unit");
        }

        var byHost = wanted.ToLookup(w => w.Target.Host, w => w.Unit);
        return byHost.Count == 0
            ? fleet
            : fleet with { Hosts = [.. fleet.Hosts.Select(host => host with { Units = [.. host.Units.Union(byHost[host.Name])] })] };
    }

    /// <summary>The targets of a list that name a unit. A list that was bound has an item for each node.</summary>
    private static IEnumerable<(TargetConfig Target, UnitName Unit, Field Field)> Of<T>(
        string key, ValueList<T> targets, Func<T, UnitName?> unitOf, Field root)
        where T : TargetConfig
    {
        if (Value(root, key) is not { Node: YamlList list } field)
        {
            return [];
        }

        return from pair in targets.Zip(list.Items).Index()
               let item = field.Item(pair.Index, pair.Item.Second)
               let unit = unitOf(pair.Item.First)
               where unit is not null
               select ((TargetConfig)pair.Item.First, unit, Value(item, "unit") ?? item);
    }

    private static Field? Value(Field of, string key) =>
        (of.Node as YamlMap)?.Entries.FirstOrDefault(entry => entry.Key is YamlScalar scalar && scalar.Text == key) is { } entry
            ? of.Child(key, entry.Value)
            : null;
}
