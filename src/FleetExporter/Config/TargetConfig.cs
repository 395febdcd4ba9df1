namespace FleetExporter.Config;

/// <summary>
/// What the service itself asks over the network: a service, a provider, a gateway or a tunnel.
/// Equal values are equal: a reload restarts only what differs.
/// </summary>
internal abstract record TargetConfig
{
    /// <summary>
    /// Unique among hosts and targets; the label <c>service</c>, <c>provider</c>, <c>gateway</c> or <c>tunnel</c>. Written like a host's name.
    /// </summary>
    public required string Name { get; init; }

    /// <summary>The host it runs on, the label <c>host</c>. Default this machine's name.</summary>
    public string Host { get; init; } = ThisMachine.Name;

    /// <summary>Time for one poll of it. 100 ms to 1 min; default 5 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(5);
}
