namespace FleetExporter.Parsing;

/// <summary>The default tmux server of one user.</summary>
/// <param name="Sessions">By id. Empty when there is no server, which is a valid answer, and when the state is unknown.</param>
/// <param name="Failure">Set when the state is unknown: no count may be published then.</param>
/// <param name="Message">What tmux, sudo or the shell said; set with <paramref name="Failure"/>.</param>
public sealed record TmuxServer(string User, IReadOnlyList<TmuxSession> Sessions, CollectorFailure? Failure = null, string? Message = null);

/// <summary>One tmux session. Times are by the host's clock, in UTC.</summary>
public sealed record TmuxSession
{
    /// <summary><c>$</c> and digits; not used again while the server lives, but a new server starts at <c>$0</c>.</summary>
    public required string Id { get; init; }

    /// <summary>As stored by tmux, blanks at its ends included; at most 4096 UTF-16 units.</summary>
    public required string Name { get; init; }
    public required DateTimeOffset Created { get; init; }
    public required DateTimeOffset Activity { get; init; }

    /// <summary>Null when no client was ever attached.</summary>
    public DateTimeOffset? LastAttached { get; init; }
    public required long AttachedClients { get; init; }
    public required long Windows { get; init; }

    /// <summary>Panes whose program has ended (remain-on-exit). A pane of a window linked into several sessions counts in each of them.</summary>
    public int DeadPanes { get; init; }

    /// <summary>The living panes' processes and all below them. A process belongs to one session, so sums over sessions count it once.</summary>
    public IReadOnlyList<ProcessStat> Processes { get; init; } = [];
}
