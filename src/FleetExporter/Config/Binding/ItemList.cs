using System.Diagnostics.CodeAnalysis;
using FleetExporter.Config.Yaml;

namespace FleetExporter.Config.Binding;

/// <summary>Binds a list of distinct values of one kind.</summary>
internal static class ItemList
{
    public static bool TryRead<T>(Field field, Kind<T> kind, [NotNullWhen(true)] out ValueList<T>? list)
    {
        list = null;
        if (field.Node is not YamlList nodes)
        {
            return field.FailType($"a list of {kind.Type}s");
        }

        var items = new List<T>();
        var seen = new HashSet<T>();
        var valid = true;
        foreach (var (index, node) in nodes.Items.Index())
        {
            var item = field.Item(index, node);
            if (!kind.TryRead(item, out var value))
            {
                valid = false;
            }
            else if (!seen.Add(value))
            {
                valid = item.FailValue(value.ToString()!, "is a duplicate; give it once");
            }
            else
            {
                items.Add(value);
            }
        }

        list = valid ? [.. items] : null;
        return valid;
    }
}
