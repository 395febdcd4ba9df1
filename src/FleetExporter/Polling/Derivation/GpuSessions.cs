using System.Collections.Immutable;
using FleetExporter.Collectors;
using FleetExporter.Parsing;
using FleetExporter.Polling.Snapshots;

namespace FleetExporter.Polling.Derivation;

/// <summary>Derives in which tmux session a process on a GPU runs, or ran until it ended.</summary>
internal sealed class GpuSessions
{
    private readonly IReadOnlyList<TmuxServer> _servers;
    private readonly Dictionary<(int Pid, long Start), (ProcessSession Session, string? Job)> _running;
    private readonly ImmutableDictionary<(int Pid, long Start), ProcessSession> _past;

    public GpuSessions(FreshAnswers answers)
    {
        _servers = [.. answers.All<TmuxAnswer>().SelectMany(t => t.Servers)];
        _past = answers.History.GpuSessions;
        _running = _servers.SelectMany(server => server.Sessions.SelectMany(session => session.Processes.Select(
                p => (Key: (p.Pid, p.StartTicks), Value: (new ProcessSession(server.User, session.Id, session.Name), session.Job)))))
            .DistinctBy(p => p.Key).ToDictionary(p => p.Key, p => p.Value);
    }

    /// <summary>Adds the sessions of a reading, before an answer changes it. Those of processes that are no longer listed are forgotten.</summary>
    /// <param name="listed">The processes that are listed now; null for those of the reading.</param>
    public static HostHistory Remember(HostHistory history, GpuProcessesReading? reading, IReadOnlyList<GpuProcess>? listed = null)
    {
        listed ??= reading?.Processes.Select(p => p.Process).ToList();
        if (listed is null || (history.GpuSessions.IsEmpty && reading?.Processes.All(p => p.Session is null) != false))
        {
            return history;
        }

        var pids = listed.Select(p => p.Pid).OfType<int>().ToHashSet();
        var sessions = history.GpuSessions.ToBuilder();
        sessions.RemoveRange(history.GpuSessions.Keys.Where(k => !pids.Contains(k.Pid)).ToList());
        foreach (var process in reading?.Processes ?? [])
        {
            if (process.Owner is { StartTicks: { } start, Pid: var pid } && pids.Contains(pid))
            {
                sessions.RemoveRange(sessions.Keys.Where(k => k.Pid == pid && k.Start != start).ToList());
                if (process.Session is { } session)
                {
                    sessions[(pid, start)] = session;
                }
            }
        }

        return history with { GpuSessions = sessions.ToImmutable() };
    }

    /// <summary>The process with its session, as far as it is known.</summary>
    public OwnedGpuProcess Find(OwnedGpuProcess process)
    {
        if (process.Owner is not { StartTicks: { } start, Pid: var pid })
        {
            return process;
        }

        return _running.TryGetValue((pid, start), out var running) ? process with { Session = running.Session, Job = running.Job }
            : _past.GetValueOrDefault((pid, start)) is { } past ? process with { Session = past, HasSessionEnded = HasEnded(past) }
            : process;
    }

    /// <summary>Its server has to tell: without a fresh answer of it nothing has ended.</summary>
    private bool HasEnded(ProcessSession session) =>
        _servers.FirstOrDefault(s => s.User == session.User) is { Failure: null } server && server.Sessions.All(s => s.Id != session.Id);
}
