using System.Text.Json;
using System.Text.Json.Nodes;
using FleetExporter.Config;
using FleetExporter.Config.Binding;
using FleetExporter.Polling.Targets;
using FleetExporter.Store;

namespace FleetExporter.Control;

/// <summary>A target of fleet.yml or of the store.</summary>
/// <param name="Kind">As in <see cref="TargetKind.Name"/>.</param>
/// <param name="Target">Null where its stored settings are invalid here.</param>
/// <param name="Row">Null for a target of fleet.yml.</param>
/// <param name="Idle">One line: why it is not watched; null otherwise.</param>
internal sealed record WatchedTarget(string Kind, string Name, TargetConfig? Target, StoredTarget? Row, string? Idle = null)
{
    /// <summary>Host that it runs on; this machine while its settings are invalid.</summary>
    public string Host => Target?.Host ?? ThisMachine.Name;

    public static WatchedTarget Of(TargetConfig target) => new(TargetCatalog.KindOf(target).Name, target.Name, target, null);

    /// <param name="connections">Names of the connections that the API added.</param>
    public static WatchedTarget Of(StoredTarget row, FleetConfig config, IReadOnlySet<string> connections)
    {
        // The row may come from a newer exporter, or from one with other folders and other hosts.
        if (KindOf(row.Kind) is not { } kind)
        {
            return new(row.Kind, row.Name, null, row, "this version of the exporter does not know its kind");
        }

        var (target, errors) = Bind(kind, row.Name, JsonNode.Parse(row.Settings)!.AsObject(), ApiRules.Of(config, mustExist: false));
        return new(row.Kind, row.Name, target, row, !row.IsActive ? "it is not active"
            : Namesake(row.Name, config, connections) is { } other ? $"a {other} has the same name; rename one of the two"
            : target is null ? $"its settings are not valid here: {errors.Select(e => $"{e.Key}: {e.Value[0]}").First()}"
            : null);
    }

    /// <summary>Binds the keys of an entry in fleet.yml.</summary>
    public static (TargetConfig? Target, Dictionary<string, string[]> Errors) Bind(TargetKind kind, string? name, JsonObject settings, ApiRules rules)
    {
        var entry = settings.DeepClone().AsObject();
        entry["name"] = name;
        return TargetSettings.Bind(kind, JsonSerializer.SerializeToElement(entry), rules);
    }

    /// <summary>Null for an unknown kind.</summary>
    public static TargetKind? KindOf(string name) => TargetCatalog.Kinds.FirstOrDefault(k => k.Name == name);

    /// <summary>What else has this name; null for nothing. A stored target of that name is not watched.</summary>
    private static string? Namesake(string name, FleetConfig config, IReadOnlySet<string> connections) =>
        config.Hosts.Any(h => h.Name == name) ? "host of fleet.yml"
        : config.Devices.Any(d => d.Name == name) ? "device of fleet.yml"
        : config.Targets.FirstOrDefault(t => t.Name == name) is { } target ? $"{TargetCatalog.KindOf(target).Name} of fleet.yml"
        : connections.Contains(name) ? "connection"
        : null;
}
