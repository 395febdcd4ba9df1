using System.Collections.Immutable;
using FleetExporter.Collectors;
using FleetExporter.Parsing;
using FleetExporter.Polling.Snapshots;

namespace FleetExporter.Polling.Derivation;

/// <summary>Derives the resource use of each tmux session from the processes of its panes, and since when it has been detached.</summary>
internal static class SessionUsage
{
    /// <summary>Page size where the host does not report it.</summary>
    private const int DefaultPageSize = 4096;

    /// <summary>Minimum time between two readings for a rate: /proc/uptime has a resolution of 0.01 s.</summary>
    private const double MinSeconds = 0.01;

    /// <summary>CPU use from which a session is busy. An idle shell, editor or notebook server stays below.</summary>
    private const double BusyCpuRatio = 0.05;

    /// <summary>Time for which output makes a session busy; at most legacy_after.</summary>
    private static readonly TimeSpan BusyAfterOutput = TimeSpan.FromMinutes(10);

    /// <summary>Adds the CPU time of the sessions' processes to the history.</summary>
    /// <param name="attached">When each session was last seen attached.</param>
    public static HostHistory Remember(HostHistory history, TmuxAnswer answer, ImmutableDictionary<TmuxSessionKey, AttachedTime> attached)
    {
        var collector = answer.Collector;
        var isMeasured = history.ProcessesUptime.TryGetValue(collector, out var uptime) && answer.Uptime - uptime >= MinSeconds;
        var processes = history.Processes.RemoveRange(history.Processes.Keys.Where(k => k.Collector == collector)).ToBuilder();
        var cpu = history.SessionCpu.RemoveRange(history.SessionCpu.Keys.Where(k => k.Collector == collector)).ToBuilder();
        foreach (var (user, session) in answer.Servers.SelectMany(server => server.Sessions.Select(session => (server.User, session))))
        {
            foreach (var process in session.Processes)
            {
                processes[(collector, process.Pid, process.StartTicks)] = process.CpuSeconds;
            }

            if (isMeasured)
            {
                cpu[(collector, TmuxSessionKey.Of(user, session))] = Cpu(history, collector, session, answer.Uptime - uptime);
            }
        }

        return history with
        {
            Processes = processes.ToImmutable(),
            ProcessesUptime = history.ProcessesUptime.SetItem(collector, answer.Uptime),
            SessionCpu = cpu.ToImmutable(),
            Attached = attached,
        };
    }

    public static TmuxReading Derive(TmuxAnswer answer, FreshAnswers answers, TimeSpan legacyAfter)
    {
        var history = answers.History;
        var pageSize = answers.Get<SystemAnswer>()?.System.PageSizeBytes ?? DefaultPageSize;
        var gpuProcesses = answers.Get<GpuProcessesAnswer>()?.Processes;
        var hasGpus = answers.Get<GpuAnswer>()?.Gpus.Count > 0;
        var servers = answer.Servers.Select(server => new TmuxServerState(server, [.. server.Sessions.Select(s => StateOf(server.User, s))]));
        return new TmuxReading([.. servers], answer.HostTime);

        TmuxSessionState StateOf(string user, TmuxSession session)
        {
            var key = TmuxSessionKey.Of(user, session);
            var since = DetachedSince(session, history.Attached.GetValueOrDefault(key)?.AttachedAt);
            var cpu = history.SessionCpu.TryGetValue((answer.Collector, key), out var ratio) ? ratio : (double?)null;
            var gpuMemory = gpuProcesses is null ? null : GpuMemoryOf(gpuProcesses, session);
            return new TmuxSessionState(
                session,
                since,
                since is { } at && answer.HostTime - at >= legacyAfter,
                IsBusy(session, cpu, gpuMemory),
                cpu,
                session.Processes.Count > 0 ? session.Processes.Sum(p => (double)p.RssPages * pageSize) : null,
                gpuMemory?.All(bytes => bytes is not null) == true ? gpuMemory.Sum() : null);
        }

        bool? IsBusy(TmuxSession session, double? cpu, IReadOnlyList<double?>? gpuMemory)
        {
            var hasPrinted = answer.HostTime - session.Output < (BusyAfterOutput < legacyAfter ? BusyAfterOutput : legacyAfter);
            if (hasPrinted || cpu >= BusyCpuRatio || gpuMemory?.Any(bytes => bytes is not 0) == true)
            {
                return true;
            }

            return cpu is null || (gpuMemory is null && hasGpus) ? null : false;
        }
    }

    /// <summary>
    /// The latest of its creation, tmux' last attach, its last activity and the last time this exporter saw it attached; null while attached.
    /// </summary>
    private static DateTimeOffset? DetachedSince(TmuxSession session, DateTimeOffset? seenAttached)
    {
        if (session.AttachedClients > 0)
        {
            return null;
        }

        DateTimeOffset?[] times = [session.LastAttached, session.Activity, seenAttached, session.Created];
        return times.Max();
    }

    /// <summary>A process that started between the two readings counts with all of its CPU time.</summary>
    private static double Cpu(HostHistory history, string collector, TmuxSession session, double seconds) => session.Processes
        .Sum(p => Math.Max(0, p.CpuSeconds - history.Processes.GetValueOrDefault((collector, p.Pid, p.StartTicks)))) / seconds;

    /// <summary>
    /// GPU memory of each of its processes on a GPU, in bytes; null for a process whose memory the driver does not report.
    /// </summary>
    private static List<double?> GpuMemoryOf(IReadOnlyList<GpuProcess> all, TmuxSession session)
    {
        var pids = session.Processes.Select(p => (int?)p.Pid).ToHashSet();
        return [.. all.Where(p => pids.Contains(p.Pid)).Select(p => p.MemoryBytes)];
    }
}
