namespace FleetExporter.Parsing;

/// <summary>The default tmux server of one user.</summary>
/// <param name="Sessions">By id. Empty when there is no server, which is a valid answer, and when the state is unknown.</param>
/// <param name="Failure">Set when the state is unknown: no count may be published then.</param>
/// <param name="Message">What tmux, sudo or the shell said; set with <paramref name="Failure"/>.</param>
internal sealed record TmuxServer(string User, IReadOnlyList<TmuxSession> Sessions, CollectorFailure? Failure = null, string? Message = null);

/// <summary>One tmux session. Times are by the host's clock, in UTC.</summary>
internal sealed record TmuxSession
{
    /// <summary><c>$</c> and digits; not used again while the server lives, but a new server starts at <c>$0</c>.</summary>
    public required string Id { get; init; }

    /// <summary>As stored by tmux, blanks at its ends included; at most 4096 UTF-16 units.</summary>
    public required string Name { get; init; }
    public required DateTimeOffset Created { get; init; }

    /// <summary>The last key or attach, <c>session_activity</c>; what programs print does not count.</summary>
    public required DateTimeOffset Activity { get; init; }

    /// <summary>When something was last printed in one of its windows, the latest <c>window_activity</c>; null when tmux told none.</summary>
    public DateTimeOffset? Output { get; init; }

    /// <summary>The last input or output.</summary>
    public DateTimeOffset LastActivity => Output > Activity ? Output.Value : Activity;

    /// <summary>Null when no client was ever attached.</summary>
    public DateTimeOffset? LastAttached { get; init; }
    public required long AttachedClients { get; init; }
    public required long Windows { get; init; }

    /// <summary>Ids of its panes, <c>%</c> and digits, in the order of its windows: not used again while the server lives.</summary>
    public IReadOnlyList<string> Panes { get; init; } = [];

    /// <summary>Panes whose program has ended (remain-on-exit). A pane of a window linked into several sessions counts in each of them.</summary>
    public int DeadPanes { get; init; }

    /// <summary>The living panes' processes and all below them. A process belongs to one session, so sums over sessions count it once.</summary>
    public IReadOnlyList<ProcessStat> Processes { get; init; } = [];
}
