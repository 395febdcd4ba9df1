using FleetExporter.Config.Yaml;

namespace FleetExporter.Config.Binding;

/// <summary>Binds a list of targets of one kind.</summary>
internal static class TargetList
{
    /// <param name="kind">Name of the kind in messages.</param>
    /// <param name="keys">Keys of one target.</param>
    /// <param name="defaults">Defaults of each target.</param>
    public static ValueList<T> Bind<T>(string kind, KeyTable<T> keys, T defaults, Field field)
        where T : TargetConfig
    {
        if (field.Node is not YamlList list)
        {
            field.FailType($"a list of {kind}s");
            return [];
        }

        var targets = new List<T>();
        foreach (var (index, node) in list.Items.Index())
        {
            var item = field.Item(index, node);
            var target = keys.Bind(defaults, item);
            item.ClaimName(kind, target.Name);
            targets.Add(target);
        }

        return [.. targets];
    }
}
