namespace FleetExporter.Config;

/// <summary>An SSH tunnel, seen from the end where it listens.</summary>
internal sealed record TunnelConfig : TargetConfig
{
    /// <summary>Where it listens, with its port.</summary>
    public required HostAddress Connect { get; init; }

    /// <summary>The systemd unit on <see cref="TargetConfig.Host"/> that keeps it open. Default null.</summary>
    public UnitName? Unit { get; init; }

    /// <summary>How the far end is proven to be there.</summary>
    public TunnelCheck Verify { get; init; } = new TunnelCheck.Tcp();
}

/// <summary>What goes through a tunnel to prove that it is not half-dead.</summary>
internal abstract record TunnelCheck
{
    /// <summary>Nothing: an accepted connection is enough.</summary>
    public sealed record Tcp : TunnelCheck;

    /// <summary>The far end speaks first, as sshd does.</summary>
    public sealed record Banner : TunnelCheck;

    /// <summary>A GET is answered, whatever the status below 500.</summary>
    public sealed record Http(Uri Url) : TunnelCheck;
}
