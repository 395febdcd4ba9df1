using FleetExporter.Config.Yaml;

namespace FleetExporter.Config.Binding;

/// <summary>Adds the units of targets to the watched units of their hosts, which report their state.</summary>
internal static class TargetUnits
{
    /// <param name="fleet">With all hosts bound.</param>
    /// <param name="root">Root field, to report units on hosts that are not watched.</param>
    public static FleetConfig Add(FleetConfig fleet, IEnumerable<TargetKind> kinds, Field root)
    {
        var targetUnits = kinds.SelectMany(kind => UnitsOf(kind, fleet, root)).ToList();
        foreach (var (target, unit, field) in targetUnits.Where(w => fleet.Hosts.All(host => host.Name != w.Target.Host)))
        {
            field.FailValue(
                unit.ToString(),
                $"cannot be watched: there is no host {ErrorText.Quote(target.Host)}; add it to hosts, give another host, or remove unit");
        }

        var byHost = targetUnits.ToLookup(w => w.Target.Host, w => w.Unit);
        return byHost.Count == 0
            ? fleet
            : fleet with { Hosts = [.. fleet.Hosts.Select(host => host with { Units = [.. host.Units.Union(byHost[host.Name])] })] };
    }

    /// <summary>Targets of a kind that have a unit. A bound list has one item per node.</summary>
    private static IEnumerable<(TargetConfig Target, UnitName Unit, Field Field)> UnitsOf(TargetKind kind, FleetConfig fleet, Field root)
    {
        if (root.Find(kind.ListKey) is not { Node: YamlList list } field)
        {
            return [];
        }

        return from pair in kind.TargetsOf(fleet).Zip(list.Items).Index()
               let item = field.Item(pair.Index, pair.Item.Second)
               let unit = pair.Item.First.Unit
               where unit is not null
               select (pair.Item.First, unit, item.Find("unit") ?? item);
    }
}
