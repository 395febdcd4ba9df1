namespace FleetExporter.Config;

/// <summary>A device: a machine that pushes its own GPUs and is shown as a host.</summary>
internal sealed record DeviceConfig
{
    /// <summary>Unique among hosts, targets and devices; the label <c>host</c>. Same syntax as a host's name.</summary>
    public required string Name { get; init; }

    /// <summary>Hash of its push key, which grants no other access.</summary>
    public required KeyHash KeyHash { get; init; }

    /// <summary>Time after its last push until it counts as offline and its series end. 1 s to 1 h; default 15 s.</summary>
    public TimeSpan StaleAfter { get; init; } = TimeSpan.FromSeconds(15);
}
