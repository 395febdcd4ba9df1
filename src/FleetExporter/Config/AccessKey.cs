namespace FleetExporter.Config;

/// <summary>An entry of <c>keys:</c>. The key itself is nowhere in the configuration.</summary>
internal sealed record AccessKey
{
    /// <summary>Name of the key in <c>data_dir/admin.key</c>; no entry may have it.</summary>
    public const string Admin = "admin";

    /// <summary>Name of who gives no key; no entry may have it.</summary>
    public const string Anonymous = "anonymous";

    /// <summary>Unique among the keys; named in the audit.</summary>
    public required string Name { get; init; }

    public required KeyHash Hash { get; init; }

    /// <summary>At least one.</summary>
    public ValueList<Scope> Scopes { get; init; } = [];
}
