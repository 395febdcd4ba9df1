namespace FleetExporter.Config;

/// <summary>How a host of <see cref="ConfigView"/> is reached. Null where OpenSSH decides.</summary>
public sealed record SshView
{
    public required string? User { get; init; }

    /// <summary>The path alone.</summary>
    public required string? KeyFile { get; init; }

    public required string? ConfigFile { get; init; }

    public required string KnownHosts { get; init; }

    public required string HostKeys { get; init; }

    public required string ConnectTimeout { get; init; }

    internal static SshView Of(SshConfig ssh) => new()
    {
        User = ssh.User,
        KeyFile = ssh.KeyFile,
        ConfigFile = ssh.ConfigFile,
        KnownHosts = ssh.KnownHosts,
        HostKeys = ssh.HostKeys == HostKeyPolicy.AcceptNew ? "accept_new" : "strict",
        ConnectTimeout = Duration.Format(ssh.ConnectTimeout),
    };
}
