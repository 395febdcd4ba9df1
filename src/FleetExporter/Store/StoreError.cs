namespace FleetExporter.Store;

/// <summary>Failure of a store operation, a closed set. Except for <see cref="Unavailable"/>, the operation had no effect.</summary>
internal abstract record StoreError
{
    private StoreError()
    {
    }

    /// <summary>One sentence, without secrets.</summary>
    public sealed override string ToString() => this switch
    {
        NotFound missing => $"{missing.Kind} not found",
        Conflict conflict => conflict.Message,
        Changed => "changed meanwhile",
        Busy => "too many concurrent calls, or another process has locked the store; try again",
        Full => "the disk or quota is full; free some space",
        Unavailable unavailable => unavailable.Reason,
        _ => GetType().Name,
    };

    /// <param name="Kind">connection, target, project, job, stored threshold or stored budget.</param>
    public sealed record NotFound(string Kind) : StoreError;

    /// <summary>The operation conflicts with stored data.</summary>
    /// <param name="Field">Subject: name, connection, connections, targets, projects, jobs, budgets, status, metrics.</param>
    /// <param name="Message">One sentence.</param>
    public sealed record Conflict(string Field, string Message) : StoreError;

    /// <summary>The record is no longer the one that the caller read.</summary>
    public sealed record Changed : StoreError;

    /// <summary>Too many writers wait, or another process has locked the store. Can be retried.</summary>
    public sealed record Busy : StoreError;

    /// <summary>The disk, or the quota, is full.</summary>
    public sealed record Full : StoreError;

    /// <summary>
    /// The store cannot be reached, read or written, or does not respond. A write may have succeeded nevertheless if the response to its commit was
    /// lost or late.
    /// </summary>
    /// <param name="Reason">One line, without secrets.</param>
    public sealed record Unavailable(string Reason) : StoreError;
}
