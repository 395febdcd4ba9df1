namespace FleetExporter.Remote;

/// <summary>Why a host is not connected: the closed set of <c>fleet_ssh_failure{reason}</c>.</summary>
public enum SshFailure
{
    /// <summary>The name does not resolve.</summary>
    Dns,

    /// <summary>Nothing listens on the port.</summary>
    Refused,

    /// <summary>No route to the host or its network.</summary>
    Unreachable,

    /// <summary>No answer in time, before or after connecting.</summary>
    Timeout,

    /// <summary>The host's key is not in known_hosts.</summary>
    HostkeyUnknown,

    /// <summary>The host's key differs from the one in known_hosts.</summary>
    HostkeyChanged,

    /// <summary>The login failed.</summary>
    Auth,

    /// <summary>The port answers, but not with a valid SSH protocol.</summary>
    Banner,

    /// <summary>The connection ended.</summary>
    Closed,

    /// <summary>Logged in, but the shell did not run the sampler.</summary>
    Shell,
}

/// <summary>A stream could not be opened or has ended.</summary>
/// <param name="detail">One line: what happened and, if known, the fix.</param>
internal sealed class StreamException(SshFailure reason, string detail) : Exception(detail)
{
    public SshFailure Reason { get; } = reason;

    /// <summary>The sampler ended because a command hangs and cannot be killed.</summary>
    public bool Stuck { get; init; }
}
