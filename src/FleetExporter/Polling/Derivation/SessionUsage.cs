using System.Collections.Immutable;
using FleetExporter.Collectors;
using FleetExporter.Parsing;
using FleetExporter.Polling.Snapshots;

namespace FleetExporter.Polling.Derivation;

/// <summary>What each tmux session uses, from the processes below its panes, and since when it has been left alone.</summary>
public static class SessionUsage
{
    /// <summary>Page size where the host does not say.</summary>
    private const int UsualPageSize = 4096;

    /// <summary>Two readings less apart say nothing of a rate: /proc/uptime has hundredths of a second.</summary>
    private const double ShortestSeconds = 0.01;

    /// <summary>CPUs from which a session is busy. A shell at its prompt, an editor or a notebook server that nobody uses stays below.</summary>
    private const double BusyCpuRatio = 0.05;

    /// <summary>Time for which what a session has printed makes it busy; at most legacy_after.</summary>
    private static readonly TimeSpan OutputCounts = TimeSpan.FromMinutes(10);

    public static (HostHistory Memory, TmuxReading Reading) Apply(
        HostSnapshot snapshot, TmuxReading reading, AttachedTimes attached, TimeSpan legacyAfter, Instant now)
    {
        var collector = reading.Collector;
        var isTold = snapshot.Memory.ProcessesUptime.TryGetValue(collector, out var uptime) && reading.Uptime - uptime >= ShortestSeconds;
        var elapsed = isTold ? reading.Uptime - uptime : (double?)null;
        var pageSize = snapshot.Get<SystemReading>(now)?.System.PageSizeBytes ?? UsualPageSize;
        var gpuProcesses = snapshot.Get<GpuProcessesReading>(now)?.Processes;
        var hasGpus = snapshot.Get<GpuReading>(now)?.Gpus.Count > 0;
        var processes = snapshot.Memory.Processes.RemoveRange(snapshot.Memory.Processes.Keys.Where(k => k.Collector == collector)).ToBuilder();

        var times = attached.Update(snapshot.Host.Name, reading, now.Time);

        TmuxSessionState Complete(string user, TmuxSession session)
        {
            foreach (var process in session.Processes)
            {
                processes[(collector, process.Pid, process.StartTicks)] = process.CpuSeconds;
            }

            var since = DetachedSince(session, times.GetValueOrDefault(TmuxSessionKey.Of(user, session))?.AttachedAt);
            var cpu = elapsed is { } seconds ? Cpu(snapshot.Memory, collector, session, seconds) : (double?)null;
            var onGpus = gpuProcesses is null ? null : OnGpus(gpuProcesses, session);
            return new TmuxSessionState(
                session,
                since,
                since is { } at && reading.HostTime - at >= legacyAfter,
                IsBusy(session, cpu, onGpus),
                cpu,
                session.Processes.Count > 0 ? session.Processes.Sum(p => (double)p.RssPages * pageSize) : null,
                onGpus?.All(bytes => bytes is not null) == true ? onGpus.Sum() : null);
        }

        bool? IsBusy(TmuxSession session, double? cpu, IReadOnlyList<double?>? onGpus)
        {
            var hasPrinted = reading.HostTime - session.Output < (OutputCounts < legacyAfter ? OutputCounts : legacyAfter);
            if (hasPrinted || cpu >= BusyCpuRatio || onGpus?.Any(bytes => bytes is not 0) == true)
            {
                return true;
            }

            return cpu is null || (onGpus is null && hasGpus) ? null : false;
        }

        var servers = reading.Servers.Select(s => s with { Sessions = [.. s.Server.Sessions.Select(t => Complete(s.Server.User, t))] }).ToList();
        var memory = snapshot.Memory with
        {
            Processes = processes.ToImmutable(),
            ProcessesUptime = snapshot.Memory.ProcessesUptime.SetItem(collector, reading.Uptime),
        };
        return (memory, reading with { Servers = servers });
    }

    /// <summary>
    /// The latest of tmux' last attach, its last activity and the last time this exporter saw it attached; the creation where there is none.
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

    /// <summary>A process that started between the two readings counts with all of its time.</summary>
    private static double Cpu(HostHistory memory, string collector, TmuxSession session, double seconds) => session.Processes
        .Sum(p => Math.Max(0, p.CpuSeconds - memory.Processes.GetValueOrDefault((collector, p.Pid, p.StartTicks)))) / seconds;

    /// <summary>
    /// GPU memory of each of its processes on a GPU, in bytes; null where the driver does not report it, though the process holds some.
    /// </summary>
    private static List<double?> OnGpus(IReadOnlyList<GpuProcess> all, TmuxSession session)
    {
        var pids = session.Processes.Select(p => (int?)p.Pid).ToHashSet();
        return [.. all.Where(p => pids.Contains(p.Pid)).Select(p => p.MemoryBytes)];
    }
}
