namespace FleetExporter.Store;

/// <summary>A target that the API added. Secrets are referenced by path, never stored.</summary>
internal sealed record StoredTarget
{
    /// <summary>Assigned by the store.</summary>
    public string Id { get; init; } = "";

    /// <summary>Unique; never looks like an id.</summary>
    public required string Name { get; init; }

    /// <summary>As in <c>TargetKind.Name</c>; the store knows no kinds.</summary>
    public required string Kind { get; init; }

    /// <summary>A JSON object: the keys of an entry in fleet.yml, without <c>name</c>, as they were given.</summary>
    public required string Settings { get; init; }

    public bool IsActive { get; init; } = true;

    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>Later after every change, so that it tells versions apart.</summary>
    public DateTimeOffset UpdatedAt { get; init; }
}
