namespace FleetExporter.Config;

/// <summary>What happens when a host shows a key that <c>known_hosts</c> does not have. A changed key is refused in both cases.</summary>
internal enum HostKeyPolicy
{
    /// <summary>The connection is refused.</summary>
    Strict,

    /// <summary>The key is written to <c>known_hosts</c> and trusted from then on.</summary>
    AcceptNew,
}
