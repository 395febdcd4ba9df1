using FleetExporter.Metrics;
using FleetExporter.Parsing;

namespace FleetExporter.Collectors;

/// <summary>The answer of tmux, one server per user.</summary>
/// <param name="Collector"><c>tmux</c> or <c>tmux_users</c>.</param>
/// <param name="HostTime">The host's clock when tmux answered.</param>
/// <param name="Uptime">The host's uptime at that moment, in seconds.</param>
internal sealed record TmuxAnswer(string Collector, IReadOnlyList<TmuxServer> Servers, DateTimeOffset HostTime, double Uptime) : IAnswer
{
    public CollectorFailure? Failure => Servers.FirstOrDefault(s => s.Failure is not null)?.Failure;
}

/// <param name="HostTime">The host's clock when tmux answered; ages are measured by it.</param>
internal sealed record TmuxReading(IReadOnlyList<TmuxServerState> Servers, DateTimeOffset HostTime) : Reading
{
    private static readonly string[] States = ["attached", "detached", "legacy"];

    public override void WriteTo(MetricsPage page, Labels target)
    {
        foreach (var (server, sessions) in Servers)
        {
            var user = target.With("user", server.User);
            page.Add(TmuxFamilies.Up, user, server.Failure is null ? 1 : 0);
            if (server.Failure is not null)
            {
                continue;
            }

            foreach (var state in States)
            {
                page.Add(TmuxFamilies.Sessions, user, sessions.Count(s => s.State == state), ("state", state));
            }

            foreach (var session in sessions)
            {
                session.WriteTo(page, user.With("session", session.Session.Name), HostTime);
            }
        }
    }
}

/// <summary>The tmux server of one user, with the resource use of its sessions.</summary>
internal sealed record TmuxServerState(TmuxServer Server, IReadOnlyList<TmuxSessionState> Sessions);

/// <param name="DetachedSince">Null while attached.</param>
/// <param name="Busy">
/// It printed something recently, uses CPU or holds GPU memory. Null while unknown: CPU use takes two readings.
/// </param>
/// <param name="CpuRatio">1 is one CPU; null before the second reading.</param>
/// <param name="MemoryBytes">Sum of resident memory.</param>
/// <param name="GpuMemoryBytes">Null where the driver does not report memory per process.</param>
internal sealed record TmuxSessionState(
    TmuxSession Session,
    DateTimeOffset? DetachedSince,
    bool Legacy,
    bool? Busy,
    double? CpuRatio,
    double? MemoryBytes,
    double? GpuMemoryBytes)
{
    public string State => Session.AttachedClients > 0 ? "attached" : Legacy ? "legacy" : "detached";

    public void WriteTo(MetricsPage page, Labels labels, DateTimeOffset hostTime)
    {
        page.Add(TmuxFamilies.Info, labels, 1, ("session_id", Session.Id));
        page.Add(TmuxFamilies.Created, labels, Session.Created.ToUnixTimeSeconds());
        page.Add(TmuxFamilies.Activity, labels, Session.LastActivity.ToUnixTimeSeconds());
        page.Add(TmuxFamilies.Attached, labels, Session.AttachedClients);
        page.Add(TmuxFamilies.Windows, labels, Session.Windows);
        page.Add(TmuxFamilies.Age, labels, Math.Max(0, (hostTime - Session.Created).TotalSeconds));
        page.Add(TmuxFamilies.Detached, labels, DetachedSince is { } since ? Math.Max(0, (hostTime - since).TotalSeconds) : null);
        page.Add(TmuxFamilies.Legacy, labels, Legacy ? 1 : 0);
        page.Add(TmuxFamilies.Busy, labels, Busy is { } busy ? (busy ? 1 : 0) : null);
        page.Add(TmuxFamilies.Cpu, labels, CpuRatio);
        page.Add(TmuxFamilies.Memory, labels, MemoryBytes);
        page.Add(TmuxFamilies.GpuMemory, labels, GpuMemoryBytes);
        page.Add(TmuxFamilies.DeadPanes, labels, Session.DeadPanes);
    }
}
