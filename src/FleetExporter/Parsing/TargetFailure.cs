namespace FleetExporter.Parsing;

/// <summary>Why a target's attempt failed: the closed set behind the label <c>reason</c> of services, providers, gateways and tunnels.</summary>
public enum TargetFailure
{
    /// <summary>The name has no address.</summary>
    Dns,

    /// <summary>Nobody listens, or the network says that there is no way.</summary>
    Refused,

    /// <summary>No answer, or no whole answer, in time.</summary>
    Timeout,

    /// <summary>The certificate is not trusted, or TLS failed otherwise.</summary>
    Tls,

    /// <summary>The key or token was refused, or cannot be read.</summary>
    Auth,

    /// <summary>An HTTP status that is no answer.</summary>
    Status,

    /// <summary>The body is not what this kind of target answers.</summary>
    Body,

    /// <summary>The answer is over the limit.</summary>
    TooLarge,

    /// <summary>The target sends elsewhere, which is not followed.</summary>
    Redirect,

    /// <summary>The connection was cut, or what came is not the protocol.</summary>
    Protocol,

    /// <summary>The target itself says that it fails.</summary>
    ReportedError,

    /// <summary>The exporter itself failed on the answer.</summary>
    Bug,
}

/// <summary>Why a target's attempt failed, where what is known of the target is kept all the same.</summary>
/// <param name="Message">One line for a person: what was seen.</param>
internal sealed record TargetFailureDetails(TargetFailure Reason, string Message);

/// <summary>A target's attempt failed, with the reason. Parsers and the room Remote throw it.</summary>
/// <param name="message">One line for a person: what was seen, then what to do where that is known.</param>
internal sealed class TargetFailureException(TargetFailure reason, string message, Exception? inner = null) : Exception(message, inner)
{
    public TargetFailure Reason { get; } = reason;
}
