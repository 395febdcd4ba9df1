namespace FleetExporter.Config;

/// <summary>A server beside this service that it asks: Prometheus for history, Alertmanager for alerts.</summary>
internal sealed record ServerConfig
{
    /// <summary>The base below which its API stands; http or https, without user and password.</summary>
    public required Uri Url { get; init; }

    /// <summary>File with its bearer token on one line; absolute. Default null: none is sent.</summary>
    public string? TokenFile { get; init; }
}
