using System.Text.Json;
using FleetExporter.Config.Yaml;

namespace FleetExporter.Config.Binding;

/// <summary>Binds a target of the API with the keys, types and messages of fleet.yml.</summary>
internal static class TargetSettings
{
    /// <param name="settings">An object with the keys of an entry in fleet.yml, its name included.</param>
    /// <returns>The target, or the errors by key.</returns>
    public static (TargetConfig? Target, Dictionary<string, string[]> Errors) Bind(TargetKind kind, JsonElement settings, ApiRules rules)
    {
        var binder = new Binder("", "/", static _ => null) { Api = rules };
        var target = kind.BindOne(new Field(binder, "", JsonTree.Of(settings))) with { RefusesLinkLocal = !rules.AllowsLinkLocal };
        var errors = binder.ErrorsByField;
        return (errors.Count == 0 ? target : null, errors);
    }
}
