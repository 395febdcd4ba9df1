namespace FleetExporter.Config;

/// <summary>Handling of host keys that are not in <c>known_hosts</c>. A changed key is always rejected.</summary>
internal enum HostKeyPolicy
{
    /// <summary>The connection is rejected.</summary>
    Strict,

    /// <summary>The key is added to <c>known_hosts</c> and trusted from then on.</summary>
    AcceptNew,
}
