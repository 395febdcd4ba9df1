using System.Text.Json;
using System.Text.Json.Nodes;
using FleetExporter.Config.Binding;

namespace FleetExporter.Control;

/// <summary>
/// A target as a caller gives it: kind, name and is_active, and the keys of fleet.yml beside them or in <c>settings</c>. Beside them, the key
/// <c>kind</c> of a provider is called <c>server_kind</c>.
/// </summary>
internal sealed class TargetBody
{
    /// <summary>Maximum length of the settings in characters of JSON.</summary>
    public const int MaxLength = 16 * 1024;

    private const string ServerKind = "server_kind";

    private readonly List<(string Key, JsonElement Value)> _settings = [];
    private bool _hasServerKind;

    private TargetBody(TargetKind? kind) => Kind = kind;

    /// <summary>Null if it is not given.</summary>
    public TargetKind? Kind { get; private set; }

    public bool? IsActive { get; private set; }

    /// <summary>The name that it gives; null without one.</summary>
    public string? Name { get; private set; }

    /// <summary>Whether it gives any key of fleet.yml.</summary>
    public bool HasSettings => _settings.Count > 0;

    /// <summary>Reads an object.</summary>
    /// <param name="kind">Of the target, where the request's path names it; null if the body has to.</param>
    /// <returns>The body, or the errors by field.</returns>
    public static (TargetBody? Body, Dictionary<string, string[]> Errors) Read(JsonElement body, TargetKind? kind)
    {
        var read = new TargetBody(kind);
        var errors = new Dictionary<string, string[]>(StringComparer.Ordinal);
        foreach (var member in body.EnumerateObject())
        {
            if (member.Name == "settings" && member.Value.ValueKind == JsonValueKind.Object)
            {
                read.TakeAll(member.Value);
            }
            else if (read.Take(member.Name, member.Value) is { } error)
            {
                errors[member.Name] = [error];
            }
        }

        if (read.Kind is null && errors.Count == 0)
        {
            errors["kind"] = [$"Required; give {Kinds}."];
        }

        return (errors.Count == 0 ? read : null, errors);
    }

    /// <summary>Replaces the given keys; null removes a key, so that its default applies.</summary>
    /// <param name="settings">Without name.</param>
    /// <returns>The settings without name, and the name: a text or another value that the keys of fleet.yml refuse.</returns>
    public (JsonObject Settings, string? Name) ApplyTo(JsonObject settings, string? name)
    {
        foreach (var (key, value) in _settings)
        {
            if (value.ValueKind == JsonValueKind.Null)
            {
                settings.Remove(key);
            }
            else
            {
                settings[key] = JsonNode.Parse(value.GetRawText());
            }
        }

        return (settings, Name ?? name);
    }

    /// <summary>Errors by the names that the caller used.</summary>
    public Dictionary<string, string[]> Named(Dictionary<string, string[]> errors) =>
        _hasServerKind ? errors.ToDictionary(e => e.Key == "kind" ? ServerKind : e.Key, e => e.Value) : errors;

    private static string Kinds => string.Join(", ", Polling.Targets.TargetCatalog.Kinds.Select(k => k.Name));

    private void TakeAll(JsonElement settings)
    {
        foreach (var member in settings.EnumerateObject())
        {
            if (member.Name == "name")
            {
                Name = TextOf(member.Value);
            }
            else
            {
                _settings.Add((member.Name, member.Value));
            }
        }
    }

    /// <returns>The error, or null.</returns>
    private string? Take(string name, JsonElement value)
    {
        switch (name)
        {
            case "kind":
                var given = value.ValueKind == JsonValueKind.String ? WatchedTarget.KindOf(value.GetString()!) : null;
                var expected = Kind is null ? $"Give {Kinds}."
                    : $"The kind of a {Kind.Name} cannot change; the kind of a provider's server is {ServerKind}.";
                var fits = given is not null && (Kind is null || Kind == given);
                Kind ??= given;
                return fits ? null : expected;
            case "is_active":
                IsActive = value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : null;
                return IsActive is null ? "Give true or false." : null;
            case "name":
                Name = TextOf(value);
                return null;
            case ServerKind:
                _hasServerKind = true;
                _settings.Add(("kind", value));
                return null;
            default:
                _settings.Add((name, value));
                return null;
        }
    }

    /// <summary>A name is a text; of anything else the JSON, which is none.</summary>
    private static string? TextOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.String => value.GetString(),
        _ => value.GetRawText(),
    };
}
