namespace FleetExporter.Config;

/// <summary>SSH settings of a host: the defaults of <c>ssh:</c>, overridden by the host's own keys.</summary>
/// <remarks>
/// Without a user the login user is that of <see cref="ConfigFile"/>, else the account the service runs as. Without a key file the default keys of
/// that account are tried, and with OpenSSH's client also the agent and the keys that <see cref="ConfigFile"/> names.
/// </remarks>
internal sealed record SshConfig
{
    /// <summary>SSH client. Default auto.</summary>
    public SshClientKind Client { get; init; } = SshClientKind.Auto;

    /// <summary>Login user. Default null: see the remarks.</summary>
    public string? User { get; init; }

    /// <summary>Absolute path of the private key, the only one offered. Default null: see the remarks.</summary>
    public string? KeyFile { get; init; }

    /// <summary>
    /// Absolute path of an ssh_config file with aliases and jump hosts. Only OpenSSH's client reads it.
    /// Null, the default: no ssh_config is read, not even the account's own.
    /// </summary>
    public string? ConfigFile { get; init; }

    /// <summary>Absolute path of the trusted host keys. Default <c>known_hosts</c> in the data directory.</summary>
    public required string KnownHosts { get; init; }

    /// <summary>Handling of unknown host keys. Default strict.</summary>
    public HostKeyPolicy HostKeys { get; init; } = HostKeyPolicy.Strict;

    /// <summary>Timeout of connecting. 1 s to 2 min; default 10 s.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);
}
