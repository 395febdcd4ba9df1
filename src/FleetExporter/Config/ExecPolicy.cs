namespace FleetExporter.Config;

/// <summary>Which commands the exporter may run on a host.</summary>
internal enum ExecPolicy
{
    Off,

    /// <summary>Commands listed under <c>commands</c>, compared as a whole.</summary>
    AllowList,

    Any,
}
