using FleetExporter.Config;

namespace FleetExporter.OpenClaw;

/// <summary>An OpenClaw agent gateway.</summary>
internal sealed record GatewayConfig : TargetConfig
{
    /// <summary>ws or wss, without user and password.</summary>
    public required Uri Url { get; init; }

    /// <summary>File with its token on one line. Default null: no token is sent.</summary>
    public string? TokenFile { get; init; }

    /// <summary>Required channels: a missing one is published as down instead of absent. Default none.</summary>
    public ValueList<string> Channels { get; init; } = [];
}
