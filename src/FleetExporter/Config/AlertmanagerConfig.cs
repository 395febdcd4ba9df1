namespace FleetExporter.Config;

/// <summary>The Alertmanager whose alerts are shown and acknowledged.</summary>
public sealed record AlertmanagerConfig
{
    /// <summary>The base below which its API stands; http or https, without user and password. Default the environment's <c>ALERTMANAGER_URL</c>, else port 9093 of this machine.</summary>
    public Uri Url { get; init; } = new("http://127.0.0.1:9093");

    /// <summary>File with its bearer token on one line; absolute. Default null: none is sent.</summary>
    public string? TokenFile { get; init; }
}
