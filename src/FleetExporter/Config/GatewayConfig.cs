namespace FleetExporter.Config;

/// <summary>An OpenClaw agent gateway.</summary>
internal sealed record GatewayConfig : TargetConfig
{
    /// <summary>ws or wss, without user and password.</summary>
    public required Uri Url { get; init; }

    /// <summary>File with its token on one line. Default null: none is sent.</summary>
    public string? TokenFile { get; init; }

    /// <summary>Channels that must be there, so that a missing one is a failure and not an absence. Default none.</summary>
    public ValueList<string> Channels { get; init; } = [];
}
