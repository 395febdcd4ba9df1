namespace FleetExporter.Store;

/// <summary>How a control call came out.</summary>
public enum AuditOutcome
{
    Ok,

    /// <summary>Nothing was done yet: the caller was asked to confirm it.</summary>
    Asked,

    /// <summary>The first of two rows, written before anything was done. In a list: no end is known yet.</summary>
    Begun,

    /// <summary>The caller may not.</summary>
    Denied,

    Failed,

    /// <summary>The service ended before the call did.</summary>
    Unknown,
}

/// <summary>One control call, or one of its two rows. Nothing changes a row; only its age removes it (<c>store.audit_retention</c>).</summary>
internal sealed record AuditEntry
{
    /// <summary>Given by the store; grows.</summary>
    public long Id { get; init; }

    public required DateTimeOffset At { get; init; }

    /// <summary>Name of the key, <c>anonymous</c>, or empty where the key was wrong or missing.</summary>
    public required string Who { get; init; }

    /// <summary>IP address of the caller.</summary>
    public required string Address { get; init; }

    /// <summary>A word of a closed set.</summary>
    public required string Action { get; init; }

    /// <summary>What it was done to: a host, a session, a route.</summary>
    public string? Target { get; init; }

    /// <summary>The command as it was given. Here and nowhere else: logs never have it.</summary>
    public string? Command { get; init; }

    /// <summary>Null where nothing ran to its end.</summary>
    public int? ExitCode { get; init; }

    /// <summary>Zero where the outcome is <see cref="AuditOutcome.Begun"/> or <see cref="AuditOutcome.Unknown"/>.</summary>
    public required TimeSpan Duration { get; init; }

    public required AuditOutcome Outcome { get; init; }

    /// <summary>Of an end: the id of the call's first row. Null in a list, which has one entry per call.</summary>
    public long? CallId { get; init; }

    /// <summary>Of a first row: the service that does it. Null in a list.</summary>
    public ServiceInstance? By { get; init; }
}
