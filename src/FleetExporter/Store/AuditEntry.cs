namespace FleetExporter.Store;

/// <summary>Outcome of an audited call.</summary>
public enum AuditOutcome
{
    Ok,

    /// <summary>Not executed: confirmation was requested.</summary>
    Asked,

    /// <summary>First of two rows, written before the call acts. In a list: the call has not ended.</summary>
    Begun,

    /// <summary>The caller lacks permission.</summary>
    Denied,

    Failed,

    /// <summary>The exporter ended before the call did.</summary>
    Unknown,
}

/// <summary>One audited call, or one of its two rows. Rows are immutable and deleted only by age (<c>store.audit_retention</c>).</summary>
internal sealed record AuditEntry
{
    /// <summary>Assigned by the store, ascending.</summary>
    public long Id { get; init; }

    public required DateTimeOffset At { get; init; }

    /// <summary>Name of the key, <c>anonymous</c>, or empty for an invalid or missing key.</summary>
    public required string Who { get; init; }

    /// <summary>IP address of the caller.</summary>
    public required string Address { get; init; }

    /// <summary>Action, from a closed set.</summary>
    public required string Action { get; init; }

    /// <summary>Host, tmux session or route that the call acts on.</summary>
    public string? Target { get; init; }

    /// <summary>The command. Recorded here only, never in logs.</summary>
    public string? Command { get; init; }

    /// <summary>Null where no command ran to its end.</summary>
    public int? ExitCode { get; init; }

    /// <summary>Zero where the outcome is <see cref="AuditOutcome.Begun"/> or <see cref="AuditOutcome.Unknown"/>.</summary>
    public required TimeSpan Duration { get; init; }

    public required AuditOutcome Outcome { get; init; }

    /// <summary>For the second row: id of the first. Null in a list, which has one entry per call.</summary>
    public long? CallId { get; init; }

    /// <summary>For the first row: the exporter instance. Null in a list.</summary>
    public ExporterInstance? By { get; init; }
}
