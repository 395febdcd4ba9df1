using FleetExporter.Config;
using FleetExporter.Metrics;
using FleetExporter.Parsing;
using FleetExporter.Remote;

namespace FleetExporter.Collectors;

/// <summary>The login user's tmux sessions and what their processes use.</summary>
public class TmuxCollector : HostCollector
{
    public static readonly MetricFamily Up = MetricFamily.Gauge(
        "fleet_tmux_up", "1 when tmux answered for this user; no server and no session is an answer.", "host", "user");

    public static readonly MetricFamily Sessions = MetricFamily.Gauge(
        "fleet_tmux_sessions", "Sessions by state; legacy ones are not counted as detached.", "host", "user", "state");

    public static readonly MetricFamily Info = MetricFamily.Gauge(
        "fleet_tmux_session_info", "1 for every session, with its id (tmux' $N).", "host", "user", "session", "session_id");

    public static readonly MetricFamily Created = Session("created_timestamp_seconds", "When the session was created, session_created of tmux.");
    public static readonly MetricFamily Activity = Session(
        "activity_timestamp_seconds", "Last input or output in the session, the latest of session_activity and of window_activity of its windows.");

    public static readonly MetricFamily Attached = Session("attached_clients", "Clients attached to the session, session_attached of tmux.");
    public static readonly MetricFamily Windows = Session("windows", "Windows of the session, session_windows of tmux.");
    public static readonly MetricFamily Age = Session("age_seconds", "Time since the session was created, by the host's clock.");
    public static readonly MetricFamily Detached = Session(
        "detached_seconds", "Time since the session was last attached or typed into, by the host's clock; absent while attached.");
    public static readonly MetricFamily Legacy = Session("legacy", "1 when the session has been detached for longer than legacy_after.");
    public static readonly MetricFamily Busy = Session(
        "busy",
        "1 when the session has printed something in the last 10 minutes (at most legacy_after), uses at least 0.05 of a CPU, or holds GPU memory; "
            + "absent while that is not known.");

    public static readonly MetricFamily Cpu = Session("cpu_ratio", "CPU use of the session's process tree since the poll before; 1 is one CPU.");
    public static readonly MetricFamily Memory = Session(
        "memory_bytes", "Resident memory of the session's process tree, shared pages counted in each process.");
    public static readonly MetricFamily GpuMemory = Session(
        "gpu_memory_bytes",
        "GPU memory of the session's process tree, from nvidia-smi's list of compute processes; absent where the driver hides it.");
    public static readonly MetricFamily DeadPanes = Session("dead_panes", "Panes whose command has ended, pane_dead of tmux.");

    public TmuxCollector()
        : this("tmux")
    {
    }

    private protected TmuxCollector(string name)
        : base(name, Up, Sessions, Info, Created, Activity, Attached, Windows, Age, Detached, Legacy, Busy, Cpu, Memory, GpuMemory, DeadPanes)
    {
    }

    public override string? OffBecause(HostConfig host, SystemIdentity? system) => host.Tmux.Enabled switch
    {
        Toggle.False => "turned off in the configuration",
        Toggle.Auto when system is not null && !system.Tools.Contains("tmux") => "tmux is not installed",
        _ => null,
    };

    public override bool OffAfter(CollectorFailure reason, HostConfig host) =>
        reason == CollectorFailure.ToolMissing && host.Tmux.Enabled == Toggle.Auto;

    public override string Script(HostConfig host) => TmuxScript.Own;

    public override Reading Parse(Section section) => new TmuxReading(
        section.Name,
        [.. Tmux.Parse(section.Body).Select(TmuxServerState.Of)], section.HostTime, section.Uptime);

    private static MetricFamily Session(string name, string help) =>
        MetricFamily.Gauge("fleet_tmux_session_" + name, help, "host", "user", "session");
}

/// <summary>
/// Sessions of the other users that the configuration names, through sudo; less often, because each ask is a line in the host's auth log.
/// </summary>
public sealed class TmuxUsersCollector() : TmuxCollector("tmux_users")
{
    public override TimeSpan Every => TimeSpan.FromSeconds(50);

    public override string? OffBecause(HostConfig host, SystemIdentity? system) =>
        host.Tmux.Users.All(user => user == system?.User) ? "tmux.users names nobody but the login user" : base.OffBecause(host, system);

    public override string Script(HostConfig host) => TmuxScript.Others(string.Join(' ', host.Tmux.Users.Select(SamplerScript.Quote)));
}
