namespace FleetExporter.Parsing;

/// <summary>Why a target's attempt failed: the closed set of the label <c>reason</c> of services, providers, gateways and tunnels.</summary>
public enum TargetFailure
{
    /// <summary>The name cannot be resolved.</summary>
    Dns,

    /// <summary>Connection refused, or network unreachable.</summary>
    Refused,

    /// <summary>No complete response in time.</summary>
    Timeout,

    /// <summary>The certificate is not trusted, or TLS failed otherwise.</summary>
    Tls,

    /// <summary>The key or token was rejected or cannot be read.</summary>
    Auth,

    /// <summary>Unexpected HTTP status.</summary>
    Status,

    /// <summary>Unexpected body for this kind of target.</summary>
    Body,

    /// <summary>The response exceeds the size limit.</summary>
    TooLarge,

    /// <summary>The target redirects, which is not followed.</summary>
    Redirect,

    /// <summary>The connection was closed early, or the data violates the protocol.</summary>
    Protocol,

    /// <summary>The target reports an error.</summary>
    ReportedError,

    /// <summary>A bug of the exporter.</summary>
    Bug,
}

/// <summary>Failure of a target's attempt whose reading is kept nevertheless.</summary>
/// <param name="Message">One line: what was observed.</param>
internal sealed record TargetFailureDetails(TargetFailure Reason, string Message);

/// <summary>Failure of a target's attempt. Thrown by parsers and the room Remote.</summary>
/// <param name="message">One line: what was observed, then what to do if known.</param>
internal sealed class TargetFailureException(TargetFailure reason, string message, Exception? inner = null) : Exception(message, inner)
{
    public TargetFailure Reason { get; } = reason;
}
