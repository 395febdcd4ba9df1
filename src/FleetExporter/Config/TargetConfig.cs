namespace FleetExporter.Config;

/// <summary>
/// A target, polled over the network: a service, provider, gateway or tunnel.
/// Compared by value: a reload restarts only changed targets.
/// </summary>
internal abstract record TargetConfig
{
    /// <summary>
    /// Unique among hosts and targets; value of the label that is named after its kind. Same syntax as a host's name.
    /// </summary>
    public required string Name { get; init; }

    /// <summary>Host that it runs on, the label <c>host</c>. Default the local machine.</summary>
    public string Host { get; init; } = ThisMachine.Name;

    /// <summary>Its systemd unit on <see cref="Host"/>; null where it has none, and for kinds without the key.</summary>
    public UnitName? Unit { get; init; }

    /// <summary>Timeout of one poll. 100 ms to 1 min; default 5 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Connects to no address of <see cref="ForbiddenAddress"/>: set for targets made by the API, so that nobody reads a cloud's metadata with it.
    /// No key of fleet.yml.
    /// </summary>
    public bool RefusesLinkLocal { get; init; }
}
