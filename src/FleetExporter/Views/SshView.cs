using FleetExporter.Config;

namespace FleetExporter.Views;

/// <summary>The SSH settings of a host of <see cref="ConfigView"/>; null where not configured.</summary>
internal sealed record SshView
{
    /// <summary>As configured: <c>auto</c>, <c>builtin</c> or <c>openssh</c>.</summary>
    public required string Client { get; init; }

    public required string? User { get; init; }

    /// <summary>The path only.</summary>
    public required string? KeyFile { get; init; }

    public required string? ConfigFile { get; init; }

    public required string KnownHosts { get; init; }

    public required string HostKeys { get; init; }

    public required string ConnectTimeout { get; init; }

    internal static SshView Of(SshConfig ssh) => new()
    {
        Client = ssh.Client.ToString().ToLowerInvariant(),
        User = ssh.User,
        KeyFile = ssh.KeyFile,
        ConfigFile = ssh.ConfigFile,
        KnownHosts = ssh.KnownHosts,
        HostKeys = ssh.HostKeys == HostKeyPolicy.AcceptNew ? "accept_new" : "strict",
        ConnectTimeout = Duration.Format(ssh.ConnectTimeout),
    };
}
