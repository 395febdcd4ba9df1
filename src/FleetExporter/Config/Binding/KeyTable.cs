using FleetExporter.Config.Yaml;

namespace FleetExporter.Config.Binding;

/// <summary>The keys a mapping may have. Binding notes every key that is unknown, duplicate or missing, and every bad value.</summary>
/// <param name="keys">In the order they are applied, whatever their order in the file: a key may build on those before it.</param>
internal sealed class KeyTable<TConfig>(params IReadOnlyList<Key<TConfig>> keys)
{
    public IReadOnlyList<Key<TConfig>> Keys { get; } = keys;

    /// <returns><paramref name="defaults"/> with what the mapping says laid over it; without meaning when a mistake was noted.</returns>
    public TConfig Bind(TConfig defaults, Field field)
    {
        if (field.Node is not YamlMap && !field.IsNull)
        {
            field.FailKind($"a mapping with {(Keys.Count > 4 ? "keys such as " : "")}{string.Join(", ", Keys.Take(4).Select(key => key.Name))}");
            return defaults;
        }

        var entries = (field.Node as YamlMap)?.Entries ?? [];
        CheckNames(entries, field);
        var config = defaults;
        foreach (var key in Keys)
        {
            var given = entries.Where(entry => IsNamed(entry, key.Name)).Select(entry => field.Child(key.Name, entry.Value)).ToArray();
            if (key.IsRequired && given.All(value => value.IsNull))
            {
                field.Fail($"missing key '{key.Name}'; give {key.Expected}");
            }

            config = given.Where(value => !value.IsNull).Aggregate(config, key.Apply);
        }

        return config;
    }

    private void CheckNames(IReadOnlyList<YamlEntry> entries, Field field)
    {
        var lines = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var key in entries.Select(entry => entry.Key))
        {
            if (key is not YamlScalar { Text: var name })
            {
                field.FailAt(key, $"expected a key, found {key.Description}");
            }
            else if (!lines.TryAdd(name, key.Position.Line))
            {
                field.FailAt(key, $"duplicate key {Shown.Quote(name)}; the first is on line {lines[name]}");
            }
            else if (Keys.All(known => known.Name != name))
            {
                field.FailAt(key, $"unknown key {Shown.Quote(name)}; {Hint(name)}");
            }
        }
    }

    private string Hint(string name)
    {
        var known = Keys.Select(key => key.Name).ToArray();
        return Suggestion.For(name, known) is { } meant ? $"did you mean '{meant}'?" : $"known are {string.Join(", ", known)}";
    }

    private static bool IsNamed(YamlEntry entry, string name) => entry.Key is YamlScalar scalar && scalar.Text == name;
}
