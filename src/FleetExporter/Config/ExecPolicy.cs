namespace FleetExporter.Config;

/// <summary>Which commands may be run on a host.</summary>
internal enum ExecPolicy
{
    Off,

    /// <summary>Those listed, compared whole.</summary>
    AllowList,

    Any,
}
