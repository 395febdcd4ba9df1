namespace FleetExporter.Config;

/// <summary>Whether an optional tool is watched on a host.</summary>
internal enum Toggle
{
    /// <summary>Watched where its tool is installed; a host without the tool is healthy.</summary>
    Auto,

    /// <summary>Watched; a missing tool is a failure.</summary>
    True,

    /// <summary>Not watched.</summary>
    False,
}
