namespace FleetExporter.Config;

/// <summary>
/// A target: a service, provider, gateway or tunnel, polled over the network.
/// Compared by value: a reload restarts only changed targets.
/// </summary>
internal abstract record TargetConfig
{
    /// <summary>
    /// Unique among hosts and targets; the label <c>service</c>, <c>provider</c>, <c>gateway</c> or <c>tunnel</c>. Same syntax as a host's name.
    /// </summary>
    public required string Name { get; init; }

    /// <summary>Host that it runs on, the label <c>host</c>. Default the local machine.</summary>
    public string Host { get; init; } = ThisMachine.Name;

    /// <summary>Timeout of one poll. 100 ms to 1 min; default 5 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(5);
}
