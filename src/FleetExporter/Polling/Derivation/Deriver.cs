using FleetExporter.Collectors;
using FleetExporter.Config;
using FleetExporter.Parsing;
using FleetExporter.Polling.Snapshots;

namespace FleetExporter.Polling.Derivation;

/// <summary>
/// Derives the readings of a host from the answers of its collectors: values that need several sections or moments, such as CPU use, energy,
/// unified memory and the resource use of tmux sessions.
/// </summary>
/// <param name="limits">The limits that apply now; null for the defaults.</param>
internal sealed class Deriver(AttachedTimes attached, TimeSpan legacyAfter, Func<GpuUseLimits>? limits = null)
{
    /// <summary>Adds an answer to the host's history. Called once for each answer, before <see cref="Derive"/>.</summary>
    /// <param name="snapshot">The host, with its previous answers.</param>
    /// <param name="now">When the answer arrived.</param>
    /// <exception cref="FormatException">The history would exceed a limit.</exception>
    public HostHistory Remember(HostSnapshot snapshot, IAnswer answer, Instant now) => answer switch
    {
        SystemAnswer system => ForBoot(snapshot.History, system.System.BootId),
        VitalsAnswer vitals => snapshot.History with
        {
            CpuBusyRatio = snapshot.Get<VitalsReading>(now) is { } previous ? CpuTimes.BusyRatio(previous.Vitals.Cpu, vitals.Vitals.Cpu) : null,
        },
        GpuAnswer gpus => Remember(snapshot, gpus, now),
        GpuProcessesAnswer processes => GpuSessions.Remember(snapshot.History, snapshot.Get<GpuProcessesReading>(now), processes.Processes),
        TmuxAnswer tmux => SessionUsage.Remember(
            GpuSessions.Remember(snapshot.History, snapshot.Get<GpuProcessesReading>(now)), tmux,
            attached.Update(snapshot.Host.Name, tmux, now.Time)),
        XidAnswer xids => XidTally.Remember(snapshot.History, xids),
        _ => snapshot.History,
    };

    /// <summary>Derives the reading of an answer. Pure.</summary>
    /// <param name="at">When the answer arrived.</param>
    /// <param name="answers">All answers of the host, this one included.</param>
    public Reading Derive(IAnswer answer, Instant at, FreshAnswers answers) => answer switch
    {
        SystemAnswer system => new SystemReading(system.System, system.System.Clock - at.Time),
        VitalsAnswer vitals => new VitalsReading(vitals.Vitals, answers.History.CpuBusyRatio),
        GpuAnswer gpus => GpuHistory.Derive(gpus, answers),
        GpuProcessesAnswer processes => GpuUsers.Derive(processes, answers),
        GpuDetailsAnswer details => new GpuDetailsReading(details.Report, answers.Get<GpuAnswer>()?.Gpus),
        GpuProfileAnswer profile => new GpuProfileReading(profile.Gpus, answers.Get<GpuAnswer>()?.Gpus),
        XidAnswer xids => new XidReading(xids.Uptime, xids.HostTime, XidTally.Counts(answers.History), answers.Get<GpuAnswer>()?.Gpus),
        TmuxAnswer tmux => SessionUsage.Derive(tmux, answers, legacyAfter),
        _ => (Reading)answer,
    };

    /// <summary>Energy, use and users of GPUs since the last answer.</summary>
    private HostHistory Remember(HostSnapshot snapshot, GpuAnswer gpus, Instant now)
    {
        var (previous, timing) = (snapshot.History, snapshot.Timing);
        var processes = snapshot.Get<GpuProcessesReading>(now)?.Processes;
        var seconds = GpuHistory.Counted(previous, gpus, timing);
        var isLate = IsLate(previous, gpus, timing);
        var current = limits?.Invoke() ?? GpuUseLimits.Default;
        var next = GpuHistory.Remember(previous, gpus, timing) with
        {
            GpuUses = isLate ? previous.GpuUses : GpuUses.Remember(previous.GpuUses, gpus, processes, seconds, current),
            GpuUptime = isLate ? previous.GpuUptime : gpus.Uptime,
        };
        return GpuUsers.Remember(previous, next, gpus, processes, seconds, current.HeldIdleAfter);
    }

    /// <summary>Whether an answer is older than the one before it: a call beside a loop may arrive after its next sample.</summary>
    private static bool IsLate(HostHistory previous, GpuAnswer gpus, PollTiming timing) =>
        previous.GpuUptime - gpus.Uptime is { } late and >= 0 && late <= timing.StaleAfter(TimeSpan.Zero).TotalSeconds;

    private static HostHistory ForBoot(HostHistory history, string? bootId) => history.BootId == bootId
        ? history
        : history with
        {
            BootId = bootId,
            GpusSeen = [],
            GpuUptime = null,
            GpuUses = HostHistory.Empty.GpuUses,
            XidUptime = -1,
            Processes = HostHistory.Empty.Processes,
        };
}
