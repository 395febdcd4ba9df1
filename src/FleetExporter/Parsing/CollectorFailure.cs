namespace FleetExporter.Parsing;

/// <summary>Why a collector's attempt failed: the closed set of the label <c>reason</c> of <c>fleet_collector_failures_total</c>.</summary>
public enum CollectorFailure
{
    /// <summary>No answer in time, or the command hung and was killed.</summary>
    Timeout,

    /// <summary>The program is not installed on the host.</summary>
    ToolMissing,

    /// <summary>The login user lacks permission.</summary>
    Permission,

    /// <summary>The driver is not loaded, does not match its library, or rejects the query.</summary>
    Driver,

    /// <summary>A GPU has fallen off the bus and there is no other output.</summary>
    DeviceLost,

    /// <summary>The output cannot be parsed.</summary>
    Parse,

    /// <summary>A bug of the exporter.</summary>
    Bug,
}

/// <summary>
/// The tool reported a failure with a known reason.
/// Parsers throw this or <see cref="FormatException"/>.
/// </summary>
internal sealed class ToolFailureException(CollectorFailure reason, string message) : FormatException(message)
{
    public CollectorFailure Reason { get; } = reason;
}
