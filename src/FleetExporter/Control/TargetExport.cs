using System.Text.Json.Nodes;
using FleetExporter.Config.Yaml;
using FleetExporter.Polling.Targets;

namespace FleetExporter.Control;

/// <summary>Writes stored targets as fleet.yml has them.</summary>
internal static class TargetExport
{
    /// <summary>
    /// The lists of all kinds that have stored targets, in the order of the kinds; an empty text without any. Inactive ones, which fleet.yml does not
    /// know, have a comment.
    /// </summary>
    public static string Yaml(IEnumerable<WatchedTarget> all)
    {
        var rows = all.Select(t => t.Row).OfType<Store.StoredTarget>().ToLookup(r => r.Kind);
        var root = new JsonObject();
        var inactive = new HashSet<JsonNode>();
        foreach (var kind in TargetCatalog.Kinds.Where(k => rows.Contains(k.Name)))
        {
            root[kind.ListKey] = new JsonArray([.. rows[kind.Name].Select(row => EntryOf(row, inactive))]);
        }

        return root.Count == 0 ? "" : YamlText.Of(root, node => inactive.Contains(node) ? "not active" : null);
    }

    private static JsonObject EntryOf(Store.StoredTarget row, HashSet<JsonNode> inactive)
    {
        var entry = new JsonObject { ["name"] = row.Name };
        foreach (var (key, value) in JsonNode.Parse(row.Settings)!.AsObject())
        {
            entry[key] = value?.DeepClone();
        }

        if (!row.IsActive)
        {
            inactive.Add(entry);
        }

        return entry;
    }
}
