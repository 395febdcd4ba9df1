namespace FleetExporter.Parsing;

/// <summary>The default tmux server of one user.</summary>
/// <param name="Sessions">Sorted by id. Empty when there is no server, and when the state is unknown.</param>
/// <param name="Failure">Set when the state is unknown; no counts are published then.</param>
/// <param name="Message">Message of tmux, sudo or the shell; set with <paramref name="Failure"/>.</param>
internal sealed record TmuxServer(string User, IReadOnlyList<TmuxSession> Sessions, CollectorFailure? Failure = null, string? Message = null);

/// <summary>One tmux session. Times are by the host's clock, in UTC.</summary>
internal sealed record TmuxSession
{
    /// <summary><c>$</c> and digits; not reused by the same server; a new server starts at <c>$0</c>.</summary>
    public required string Id { get; init; }

    /// <summary>As stored by tmux, blanks at its ends included; at most 4096 UTF-16 units.</summary>
    public required string Name { get; init; }
    public required DateTimeOffset Created { get; init; }

    /// <summary>Last key press or attach, <c>session_activity</c>; output does not count.</summary>
    public required DateTimeOffset Activity { get; init; }

    /// <summary>Last output in any of its windows, the latest <c>window_activity</c>; null if not reported.</summary>
    public DateTimeOffset? Output { get; init; }

    /// <summary>Id of the training job that runs in it; null where none does.</summary>
    public string? Job { get; init; }

    /// <summary>The last input or output.</summary>
    public DateTimeOffset LastActivity => Output > Activity ? Output.Value : Activity;

    /// <summary>Null when no client was ever attached.</summary>
    public DateTimeOffset? LastAttached { get; init; }
    public required long AttachedClients { get; init; }
    public required long Windows { get; init; }

    /// <summary>Ids of its panes, <c>%</c> and digits, in window order; not reused by the same server.</summary>
    public IReadOnlyList<string> Panes { get; init; } = [];

    /// <summary>Panes whose command has ended (remain-on-exit). Panes of a linked window count in each of its sessions.</summary>
    public int DeadPanes { get; init; }

    /// <summary>Process trees of running panes. Each process belongs to one session, so sums over sessions count it once.</summary>
    public IReadOnlyList<ProcessStat> Processes { get; init; } = [];
}
