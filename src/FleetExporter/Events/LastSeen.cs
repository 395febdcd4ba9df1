using FleetExporter.Polling.Snapshots;
using FleetExporter.Store;

namespace FleetExporter.Events;

/// <summary>When the last run of the exporter last saw each subject.</summary>
internal static class LastSeen
{
    /// <summary>
    /// Completes the times of tmux sessions, which are not stored at every poll: they were last seen when the exporter last ran, or when their host
    /// last answered.
    /// </summary>
    public static IReadOnlyList<SubjectState> Of(IReadOnlyList<SubjectState> stored)
    {
        var ran = stored.FirstOrDefault(s => s.Subject == Subjects.Exporter)?.At;
        var offline = Words.Of(HostStatus.Offline);
        var silentSince = stored.Where(s => s.Subject == Subjects.Host(s.Host) && s.State == offline && s.At is not null)
            .ToDictionary(s => s.Host, s => s.At, StringComparer.Ordinal);
        return
        [
            .. stored.Select(s => s.Subject.StartsWith("session:", StringComparison.Ordinal)
                ? s with { At = silentSince.GetValueOrDefault(s.Host, ran) }
                : s),
        ];
    }
}
