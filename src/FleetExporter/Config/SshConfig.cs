namespace FleetExporter.Config;

/// <summary>How a host is reached by OpenSSH: the defaults of <c>ssh:</c> with the host's own keys laid over them.</summary>
/// <remarks>
/// Null means that OpenSSH decides, because it knows more than this file: without a user it takes the one in <see cref="ConfigFile"/>, else the
/// account the service runs as; without a key file it tries the agent, the keys <see cref="ConfigFile"/> names, and its default keys.
/// </remarks>
public sealed record SshConfig
{
    /// <summary>Login user. Default null: ssh decides.</summary>
    public string? User { get; init; }

    /// <summary>Absolute path of the private key. A given key is the only one offered (<c>IdentitiesOnly</c>). Default null: ssh decides.</summary>
    public string? KeyFile { get; init; }

    /// <summary>Absolute path of an ssh_config for aliases, jump hosts and certificates. Default null: none is read, nor the account's own.</summary>
    public string? ConfigFile { get; init; }

    /// <summary>Absolute path of the host keys that are trusted. Default <c>known_hosts</c> in the data directory.</summary>
    public required string KnownHosts { get; init; }

    /// <summary>What happens with an unknown host key. Default strict.</summary>
    public HostKeyPolicy HostKeys { get; init; } = HostKeyPolicy.Strict;

    /// <summary>Time a connection may take. 1 s to 2 min; default 10 s.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);
}
