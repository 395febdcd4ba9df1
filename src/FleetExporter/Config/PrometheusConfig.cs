namespace FleetExporter.Config;

/// <summary>The Prometheus that has this service's history.</summary>
public sealed record PrometheusConfig
{
    /// <summary>http or https, without user and password; the base below which <c>/api/v1</c> stands.</summary>
    public required Uri Url { get; init; }

    /// <summary>File with a bearer token on one line. Default null: none is sent.</summary>
    public string? TokenFile { get; init; }
}
