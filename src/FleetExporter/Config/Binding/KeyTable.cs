using FleetExporter.Config.Yaml;

namespace FleetExporter.Config.Binding;

/// <summary>The allowed keys of a mapping. Binding reports unknown, duplicate and missing keys, and invalid values.</summary>
/// <param name="keys">In order of application, independent of the file: a key may depend on preceding ones.</param>
internal sealed class KeyTable<TConfig>(params IReadOnlyList<Key<TConfig>> keys)
{
    public IReadOnlyList<Key<TConfig>> Keys { get; } = keys;

    /// <returns><paramref name="defaults"/> overridden by the mapping; not meaningful if errors were reported.</returns>
    public TConfig Bind(TConfig defaults, Field field)
    {
        if (field.Node is not YamlMap && !field.IsNull)
        {
            field.FailType($"a mapping with {(Keys.Count > 4 ? "keys such as " : "")}{string.Join(", ", Keys.Take(4).Select(key => key.Name))}");
            return defaults;
        }

        var entries = (field.Node as YamlMap)?.Entries ?? [];
        CheckNames(entries, field);
        var config = defaults;
        foreach (var key in Keys)
        {
            var fields = entries.Where(entry => entry.IsNamed(key.Name)).Select(entry => field.Child(key.Name, entry.Value)).ToArray();
            if (key.IsRequired && fields.All(value => value.IsNull))
            {
                field.FailKey(field.Node, key.Name, $"missing key '{key.Name}'; give {key.Expected}");
            }

            config = fields.Where(value => !value.IsNull).Aggregate(config, key.Apply);
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
                field.FailAt(key, $"duplicate key {ErrorText.Quote(name)}; the first is on line {lines[name]}");
            }
            else if (Keys.All(known => known.Name != name))
            {
                field.FailKey(key, name, $"unknown key {ErrorText.Quote(name)}; {Hint(name)}");
            }
        }
    }

    private string Hint(string name)
    {
        var known = Keys.Select(key => key.Name).ToArray();
        return Suggestion.For(name, known) is { } meant ? $"did you mean '{meant}'?" : $"allowed keys are {string.Join(", ", known)}";
    }
}
