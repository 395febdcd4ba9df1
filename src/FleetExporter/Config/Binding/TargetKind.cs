using FleetExporter.Config.Yaml;

namespace FleetExporter.Config.Binding;

/// <summary>A kind of target in fleet.yml: a list at the top level, and the keys of its entries.</summary>
/// <param name="name">In messages; the list's key is its plural.</param>
internal abstract class TargetKind(string name)
{
    public string Name => name;

    /// <summary>Key of the list, such as <c>services</c>.</summary>
    public string ListKey => $"{name}s";

    /// <summary>The keys of an entry, by <see cref="ListKey"/>, and those of nested mappings, by the mapping's key.</summary>
    public abstract IReadOnlyDictionary<string, IReadOnlyList<KeyDoc>> Docs { get; }

    internal Key<FleetConfig> List =>
        new(ListKey, $"list of {ListKey}", "", "[]", (fleet, list) => fleet with { Targets = [.. fleet.Targets, .. Bind(list)] });

    /// <summary>The targets of this kind, in file order.</summary>
    public IEnumerable<TargetConfig> TargetsOf(FleetConfig config) => config.Targets.Where(Owns);

    public abstract bool Owns(TargetConfig target);

    protected abstract TargetConfig BindEntry(Field field);

    /// <summary>Binds one target that is not in fleet.yml.</summary>
    public TargetConfig BindOne(Field field) => BindEntry(field);

    private List<TargetConfig> Bind(Field field)
    {
        if (field.Node is not YamlList list)
        {
            field.FailType($"a list of {ListKey}");
            return [];
        }

        var targets = new List<TargetConfig>();
        foreach (var (index, node) in list.Items.Index())
        {
            var item = field.Item(index, node);
            var target = BindEntry(item);
            item.ClaimName(name, target.Name);
            targets.Add(target);
        }

        return targets;
    }
}

/// <inheritdoc/>
/// <param name="defaults">Defaults of an entry.</param>
/// <param name="keys">Keys of an entry, besides those of every target.</param>
internal sealed class TargetKind<T>(string name, T defaults, params IReadOnlyList<Key<T>> keys) : TargetKind(name)
    where T : TargetConfig
{
    private static readonly KeyTable<TargetConfig> Common = new(
        Key.Of("name", Kinds.HostName, "", (TargetConfig target, string name) => target with { Name = name }) with { IsRequired = true },
        Key.Of("host", Kinds.HostName, "", (TargetConfig target, string host) => target with { Host = host }),
        Key.Of("timeout", Kinds.Time("100ms", "1m"), "5s", (TargetConfig target, TimeSpan time) => target with { Timeout = time }));

    private readonly KeyTable<T> _entry = new(
        [.. Common.Keys.Select(key => key.In((T target) => (TargetConfig)target, (_, target) => (T)target)), .. keys]);

    /// <summary>Keys of nested mappings, by the mapping's key. Default none.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<KeyDoc>> Nested { get; init; } = new Dictionary<string, IReadOnlyList<KeyDoc>>();

    public override IReadOnlyDictionary<string, IReadOnlyList<KeyDoc>> Docs =>
        new Dictionary<string, IReadOnlyList<KeyDoc>>(Nested) { [ListKey] = _entry.Keys };

    public override bool Owns(TargetConfig target) => target is T;

    protected override TargetConfig BindEntry(Field field) => _entry.Bind(defaults, field);
}
