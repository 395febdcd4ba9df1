namespace FleetExporter.Store;

/// <summary>Why a store did not do what it was asked; but for <see cref="Unavailable"/> it has not happened then. A closed set.</summary>
internal abstract record StoreError
{
    private StoreError()
    {
    }

    /// <summary>One sentence for people, without secrets.</summary>
    public sealed override string ToString() => this switch
    {
        NotFound missing => $"there is no such {missing.What}",
        Conflict conflict => conflict.Message,
        Busy => "too many calls use it at once, or another process holds it",
        Full => "its disk is full",
        Unavailable unavailable => unavailable.Reason,
        _ => GetType().Name,
    };

    /// <param name="What">connection, project or job.</param>
    public sealed record NotFound(string What) : StoreError;

    /// <summary>The state of what is kept is against it.</summary>
    /// <param name="Field">What it is about: name, connection, connections, projects, jobs, status, metrics.</param>
    /// <param name="Message">One sentence for people.</param>
    public sealed record Conflict(string Field, string Message) : StoreError;

    /// <summary>Too many writers wait, or another process holds the store. Worth another try.</summary>
    public sealed record Busy : StoreError;

    /// <summary>The disk, or the quota, is full.</summary>
    public sealed record Full : StoreError;

    /// <summary>
    /// It cannot be reached, read or written, or does not answer. A write may have happened all the same, where the answer to its commit was lost or
    /// late.
    /// </summary>
    /// <param name="Reason">One line, without secrets.</param>
    public sealed record Unavailable(string Reason) : StoreError;
}
