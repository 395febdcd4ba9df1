namespace FleetExporter.Config.Binding;

/// <summary>Documentation of a configuration key.</summary>
/// <param name="Name">As written in fleet.yml.</param>
/// <param name="Type">Type of its value.</param>
/// <param name="Range">Allowed values; empty where the type is enough.</param>
/// <param name="Default">As written in fleet.yml; empty where the default cannot be written.</param>
internal record KeyDoc(string Name, string Type, string Range, string Default)
{
    /// <summary>Expected value, for error messages.</summary>
    public string Expected => Range.Length == 0 ? Type : Range.Replace("`", "", StringComparison.Ordinal);
}

/// <summary>One key of a mapping and how its value is applied to the configuration.</summary>
/// <param name="Apply">Returns the configuration with the value set; on error, reports it and returns the configuration unchanged.</param>
internal sealed record Key<TConfig>(string Name, string Type, string Range, string Default, Func<TConfig, Field, TConfig> Apply)
    : KeyDoc(Name, Type, Range, Default)
{
    /// <summary>A mapping without this key is invalid.</summary>
    public bool IsRequired { get; init; }

    /// <summary>Lifts the key into a mapping that contains this configuration.</summary>
    /// <param name="get">Gets the contained configuration.</param>
    /// <param name="set">Returns the outer configuration with the contained one replaced.</param>
    public Key<TOuter> In<TOuter>(Func<TOuter, TConfig> get, Func<TOuter, TConfig, TOuter> set) =>
        new(Name, Type, Range, Default, (outer, field) => set(outer, Apply(get(outer), field))) { IsRequired = IsRequired };
}

/// <summary>Creates keys.</summary>
internal static class Key
{
    /// <summary>A key with one value.</summary>
    public static Key<TConfig> Of<TConfig, T>(string name, Kind<T> kind, string @default, Func<TConfig, T, TConfig> set) =>
        new(name, kind.Type, kind.Range, @default, (config, field) => kind.TryRead(field, out var value) ? set(config, value) : config);

    /// <summary>A key with a mapping of its own.</summary>
    public static Key<TConfig> Of<TConfig, T>(string name, KeyTable<T> table, Func<TConfig, T> get, Func<TConfig, T, TConfig> set) =>
        new(name, "mapping", "", "", (config, field) => set(config, table.Bind(get(config), field)));
}
