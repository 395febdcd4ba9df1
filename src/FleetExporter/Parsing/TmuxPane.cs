namespace FleetExporter.Parsing;

/// <summary>A line <c>P$12:%3:25495:0:1795231905:</c>; the last two fields may be missing.</summary>
/// <param name="Output">Last output in its window; null where the line has no such field.</param>
/// <param name="Job">Id of the training job that runs in it, as the exporter that started the job has left it there.</param>
internal sealed record TmuxPane(string SessionId, string Id, int Pid, bool Dead, DateTimeOffset? Output, string? Job)
{
    public static TmuxPane? TryParse(string line) =>
        line.Split(':') is [['P', .. var session], var id, var pid, ("0" or "1") and var dead, .. { Length: <= 2 } more]
        && TmuxId.IsSession(session) && TmuxId.IsPane(id) && SectionText.TryCount(pid, out var number) && number <= int.MaxValue
        && (more is not [{ Length: > 0 } time, ..] || SectionText.UnixTime(time) is not null)
            ? new TmuxPane(
                session, id, (int)number, dead == "1", more is [var at, ..] ? SectionText.UnixTime(at) : null,
                more is [_, var job] && Guid.TryParseExact(job, "D", out _) ? job : null)
            : null;

    /// <summary>
    /// Assigns process trees of running panes to sessions. A process reached by several sessions belongs to the one with the lowest id.
    /// Dead panes are skipped, because their pid may have been reused.
    /// </summary>
    public static ILookup<string, ProcessStat> Processes(IReadOnlyList<TmuxPane> panes, IEnumerable<ProcessStat> stats)
    {
        var byPid = new Dictionary<int, ProcessStat>();
        foreach (var stat in stats)
        {
            byPid[stat.Pid] = stat;
        }

        var children = byPid.Values.ToLookup(static p => p.Ppid);
        var seen = new HashSet<int>();
        var owned = new List<(string Session, ProcessStat Process)>();
        foreach (var pane in panes.Where(static p => !p.Dead).OrderBy(static p => TmuxId.Number(p.SessionId)))
        {
            var open = new Stack<int>([pane.Pid]);
            while (open.TryPop(out var pid))
            {
                if (byPid.TryGetValue(pid, out var process) && seen.Add(pid))
                {
                    owned.Add((pane.SessionId, process));
                    foreach (var child in children[pid])
                    {
                        open.Push(child.Pid);
                    }
                }
            }
        }

        return owned.ToLookup(static o => o.Session, static o => o.Process);
    }
}
