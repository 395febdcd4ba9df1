namespace FleetExporter.Config;

/// <summary>A machine that pushes its own GPUs, and is shown as a host of its name.</summary>
internal sealed record DeviceConfig
{
    /// <summary>Unique among hosts, targets and devices; the label <c>host</c>. Written like a host's name.</summary>
    public required string Name { get; init; }

    /// <summary>Of the key it pushes with, which opens nothing else.</summary>
    public required KeyHash KeyHash { get; init; }

    /// <summary>Time after its last push at which it counts as offline and its series vanish. 1 s to 1 h; default 15 s.</summary>
    public TimeSpan StaleAfter { get; init; } = TimeSpan.FromSeconds(15);
}
