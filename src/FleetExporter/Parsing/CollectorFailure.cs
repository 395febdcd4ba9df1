namespace FleetExporter.Parsing;

/// <summary>Why a collector's attempt failed: the closed set behind the label <c>reason</c> of <c>fleet_collector_failures_total</c>.</summary>
public enum CollectorFailure
{
    /// <summary>No answer in time, or the command hung and was killed.</summary>
    Timeout,

    /// <summary>The program is not installed on the host.</summary>
    ToolMissing,

    /// <summary>The login user may not read it.</summary>
    Permission,

    /// <summary>The driver is not loaded, does not match its library, or rejects the query.</summary>
    Driver,

    /// <summary>A GPU has fallen off the bus and nothing else was answered.</summary>
    DeviceLost,

    /// <summary>The answer is not understood.</summary>
    Parse,

    /// <summary>The exporter itself failed on the answer.</summary>
    Bug,
}

/// <summary>
/// The tool answered, and what it said is a failure with a known reason.
/// Parsers throw it; everything else they throw is <see cref="FormatException"/>.
/// </summary>
internal sealed class ToolFailureException(CollectorFailure reason, string message) : FormatException(message)
{
    public CollectorFailure Reason { get; } = reason;
}
