namespace FleetExporter.Config;

/// <summary>Prometheus for history, or Alertmanager for alerts.</summary>
internal sealed record ServerConfig
{
    /// <summary>Base URL of its API; http or https, without user and password.</summary>
    public required Uri Url { get; init; }

    /// <summary>File with its bearer token on one line; absolute. Default null: no token is sent.</summary>
    public string? TokenFile { get; init; }
}
