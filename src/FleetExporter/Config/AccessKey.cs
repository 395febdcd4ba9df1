namespace FleetExporter.Config;

/// <summary>An entry of <c>keys:</c>. The configuration holds its hash, never the key.</summary>
internal sealed record AccessKey
{
    /// <summary>Reserved name of the key in <c>data_dir/admin.key</c>.</summary>
    public const string Admin = "admin";

    /// <summary>Reserved name of a caller without a key.</summary>
    public const string Anonymous = "anonymous";

    /// <summary>Unique among the keys; recorded in the audit.</summary>
    public required string Name { get; init; }

    public required KeyHash Hash { get; init; }

    /// <summary>At least one.</summary>
    public ValueList<Scope> Scopes { get; init; } = [];
}
