namespace FleetExporter.Store;

/// <summary>Why a store did not do what it was asked; what was asked then has not happened. A closed set.</summary>
public abstract record StoreError
{
    private StoreError()
    {
    }

    /// <param name="What">connection, project or job.</param>
    public sealed record NotFound(string What) : StoreError;

    /// <summary>The state of what is kept is against it.</summary>
    /// <param name="Field">What it is about: name, connection, projects, jobs, status, metrics.</param>
    /// <param name="Message">One sentence for people.</param>
    public sealed record Conflict(string Field, string Message) : StoreError;

    /// <summary>Too many writers wait, or another process holds the store. Worth another try.</summary>
    public sealed record Busy : StoreError;

    /// <summary>The disk, or the quota, is full.</summary>
    public sealed record Full : StoreError;

    /// <summary>It cannot be reached, read or written. When a connection to a server is lost during a commit, it may have happened all the same.</summary>
    /// <param name="Reason">One line, without secrets.</param>
    public sealed record Unavailable(string Reason) : StoreError;
}
