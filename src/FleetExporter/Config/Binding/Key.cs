namespace FleetExporter.Config.Binding;

/// <summary>What the documentation says about a key.</summary>
/// <param name="Name">As written in fleet.yml.</param>
/// <param name="Type">The kind of its value.</param>
/// <param name="Range">What is allowed; empty when the type says it all.</param>
/// <param name="Default">As it would be written in fleet.yml; empty when nothing that can be written is the default.</param>
internal record KeyDoc(string Name, string Type, string Range, string Default)
{
    /// <summary>What to give, in the words of a message.</summary>
    public string Expected => Range.Length == 0 ? Type : Range.Replace("`", "", StringComparison.Ordinal);
}

/// <summary>One key of a mapping, and what its value changes in the configuration.</summary>
/// <param name="Apply">Returns the configuration with the value; the same one, with a mistake noted, when the value is bad.</param>
internal sealed record Key<TConfig>(string Name, string Type, string Range, string Default, Func<TConfig, Field, TConfig> Apply)
    : KeyDoc(Name, Type, Range, Default)
{
    /// <summary>A mapping without it is a mistake.</summary>
    public bool IsRequired { get; init; }

    /// <summary>The same key in a mapping that holds this one's configuration.</summary>
    /// <param name="get">The configuration it holds.</param>
    /// <param name="set">The mapping's configuration with another in its place.</param>
    public Key<TOuter> In<TOuter>(Func<TOuter, TConfig> get, Func<TOuter, TConfig, TOuter> set) =>
        new(Name, Type, Range, Default, (outer, field) => set(outer, Apply(get(outer), field))) { IsRequired = IsRequired };
}

/// <summary>Makes keys.</summary>
internal static class Key
{
    /// <summary>A key with one value.</summary>
    public static Key<TConfig> Of<TConfig, T>(string name, Kind<T> kind, string @default, Func<TConfig, T, TConfig> set) =>
        new(name, kind.Type, kind.Range, @default, (config, field) => kind.TryRead(field, out var value) ? set(config, value) : config);

    /// <summary>A key with a mapping of its own.</summary>
    public static Key<TConfig> Of<TConfig, T>(string name, KeyTable<T> table, Func<TConfig, T> get, Func<TConfig, T, TConfig> set) =>
        new(name, "mapping", "", "", (config, field) => set(config, table.Bind(get(config), field)));
}
