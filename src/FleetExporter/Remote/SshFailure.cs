namespace FleetExporter.Remote;

/// <summary>Why a host's connection is not up: the closed set behind <c>fleet_ssh_failure{reason}</c>.</summary>
public enum SshFailure
{
    /// <summary>The name does not resolve.</summary>
    Dns,

    /// <summary>Nothing listens on the port.</summary>
    Refused,

    /// <summary>No route to the host or its network.</summary>
    Unreachable,

    /// <summary>No answer in time, before or after the connection was made.</summary>
    Timeout,

    /// <summary>The host's key is not in known_hosts.</summary>
    HostkeyUnknown,

    /// <summary>The host's key differs from the one in known_hosts.</summary>
    HostkeyChanged,

    /// <summary>The login was refused.</summary>
    Auth,

    /// <summary>The port answers, but not as an SSH server does.</summary>
    Banner,

    /// <summary>The connection ended.</summary>
    Closed,

    /// <summary>Logged in, but the shell did not run the sampler.</summary>
    Shell,
}

/// <summary>A stream to a host could not be opened or has ended.</summary>
/// <param name="detail">One line for a person: what was seen and, where there is one, the fix.</param>
internal sealed class StreamException(SshFailure reason, string detail) : Exception(detail)
{
    public SshFailure Reason { get; } = reason;

    /// <summary>The sampler gave the stream up because a command hangs and cannot be killed.</summary>
    public bool Stuck { get; init; }
}
