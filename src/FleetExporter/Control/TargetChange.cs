using System.Text.Json.Nodes;
using FleetExporter.Config.Binding;

namespace FleetExporter.Control;

/// <summary>What a caller gives of a target; null for what it does not give.</summary>
/// <param name="Kind">Never null once it is checked.</param>
/// <param name="Settings">Keys of an entry in fleet.yml, without the name. A null value removes its key, so that the default applies.</param>
internal sealed record TargetChange(TargetKind? Kind = null, string? Name = null, bool? IsActive = null, JsonObject? Settings = null)
{
    /// <summary>Maximum length of the settings in characters of JSON.</summary>
    public const int MaxLength = 16 * 1024;

    /// <summary>The settings as they are after this change.</summary>
    public JsonObject ApplyTo(JsonObject settings)
    {
        foreach (var (key, value) in Settings ?? [])
        {
            if (value is null)
            {
                settings.Remove(key);
            }
            else
            {
                settings[key] = value.DeepClone();
            }
        }

        return settings;
    }

    /// <summary>Errors by field of a request, from errors by key of fleet.yml.</summary>
    public static Dictionary<string, string[]> ByField(Dictionary<string, string[]> errors) =>
        errors.ToDictionary(e => e.Key == "name" ? e.Key : $"settings.{e.Key}", e => e.Value, StringComparer.Ordinal);
}
