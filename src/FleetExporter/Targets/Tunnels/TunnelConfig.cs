using FleetExporter.Config;

namespace FleetExporter.Targets.Tunnels;

/// <summary>An SSH tunnel, checked at its listening end.</summary>
internal sealed record TunnelConfig : TargetConfig
{
    /// <summary>Listening address and port.</summary>
    public required HostAddress Connect { get; init; }

    /// <summary>Its systemd unit on <see cref="TargetConfig.Host"/>. Default null.</summary>
    public UnitName? Unit { get; init; }

    /// <summary>Check of the far end.</summary>
    public TunnelCheck Verify { get; init; } = new TunnelCheck.Tcp();
}

/// <summary>Check through the tunnel that detects a half-dead one.</summary>
internal abstract record TunnelCheck
{
    /// <summary>None: an accepted connection is enough.</summary>
    public sealed record Tcp : TunnelCheck;

    /// <summary>The far end must send data first, as sshd does.</summary>
    public sealed record Banner : TunnelCheck;

    /// <summary>A GET must give a status below 500.</summary>
    public sealed record Http(Uri Url) : TunnelCheck;
}
