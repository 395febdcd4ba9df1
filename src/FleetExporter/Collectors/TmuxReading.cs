using FleetExporter.Metrics;
using FleetExporter.Parsing;

namespace FleetExporter.Collectors;

/// <param name="Collector">Whose reading this is: <c>tmux</c> or <c>tmux_users</c>.</param>
/// <param name="HostTime">The host's clock when tmux answered; ages are measured by it.</param>
/// <param name="Uptime">The host's uptime at that moment, in seconds.</param>
public sealed record TmuxReading(string Collector, IReadOnlyList<TmuxServerState> Servers, DateTimeOffset HostTime, double Uptime) : Reading
{
    private static readonly string[] States = ["attached", "detached", "legacy"];

    public override CollectorFailure? Failure => Servers.FirstOrDefault(s => s.Server.Failure is not null)?.Server.Failure;

    public override void WriteTo(MetricsPage page, Labels target)
    {
        foreach (var (server, sessions) in Servers)
        {
            var user = target.With("user", server.User);
            page.Add(TmuxCollector.Up, user, server.Failure is null ? 1 : 0);
            if (server.Failure is not null)
            {
                continue;
            }

            foreach (var state in States)
            {
                page.Add(TmuxCollector.Sessions, user, sessions.Count(s => s.State == state), ("state", state));
            }

            foreach (var session in sessions)
            {
                session.WriteTo(page, user.With("session", session.Session.Name), HostTime);
            }
        }
    }
}

/// <summary>One user's server with what is known of its sessions beyond tmux' own answer.</summary>
public sealed record TmuxServerState(TmuxServer Server, IReadOnlyList<TmuxSessionState> Sessions)
{
    public static TmuxServerState Of(TmuxServer server) => new(server, [.. server.Sessions.Select(s => new TmuxSessionState(s))]);
}

/// <param name="DetachedSince">Null while attached.</param>
/// <param name="Busy">
/// It has printed something lately, computes or holds GPU memory. Null while that is not known: its CPU use takes two readings.
/// </param>
/// <param name="CpuRatio">1 is one CPU; null until two readings are there.</param>
/// <param name="MemoryBytes">Sum of resident memory.</param>
/// <param name="GpuMemoryBytes">Null where the driver does not report memory per process.</param>
public sealed record TmuxSessionState(
    TmuxSession Session,
    DateTimeOffset? DetachedSince = null,
    bool Legacy = false,
    bool? Busy = null,
    double? CpuRatio = null,
    double? MemoryBytes = null,
    double? GpuMemoryBytes = null)
{
    public string State => Session.AttachedClients > 0 ? "attached" : Legacy ? "legacy" : "detached";

    public void WriteTo(MetricsPage page, Labels labels, DateTimeOffset hostTime)
    {
        page.Add(TmuxCollector.Info, labels, 1, ("session_id", Session.Id));
        page.Add(TmuxCollector.Created, labels, Session.Created.ToUnixTimeSeconds());
        page.Add(TmuxCollector.Activity, labels, Session.LastActivity.ToUnixTimeSeconds());
        page.Add(TmuxCollector.Attached, labels, Session.AttachedClients);
        page.Add(TmuxCollector.Windows, labels, Session.Windows);
        page.Add(TmuxCollector.Age, labels, Math.Max(0, (hostTime - Session.Created).TotalSeconds));
        page.Add(TmuxCollector.Detached, labels, DetachedSince is { } since ? Math.Max(0, (hostTime - since).TotalSeconds) : null);
        page.Add(TmuxCollector.Legacy, labels, Legacy ? 1 : 0);
        page.Add(TmuxCollector.Busy, labels, Busy is { } busy ? (busy ? 1 : 0) : null);
        page.Add(TmuxCollector.Cpu, labels, CpuRatio);
        page.Add(TmuxCollector.Memory, labels, MemoryBytes);
        page.Add(TmuxCollector.GpuMemory, labels, GpuMemoryBytes);
        page.Add(TmuxCollector.DeadPanes, labels, Session.DeadPanes);
    }
}
