using FleetExporter.Metrics;

namespace FleetExporter.Collectors;

/// <summary>The metric families of <see cref="TmuxCollector"/>.</summary>
internal static class TmuxFamilies
{
    public static readonly MetricFamily Up = MetricFamily.Gauge(
        "fleet_tmux_up", "1 when tmux could be queried for this user, even if the user has no server or session.", "host", "user");

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
            + "absent while unknown.");

    public static readonly MetricFamily Cpu = Session("cpu_ratio", "CPU use of the session's process tree since the previous poll; 1 is one CPU.");
    public static readonly MetricFamily Memory = Session(
        "memory_bytes", "Resident memory of the session's process tree, shared pages counted in each process.");
    public static readonly MetricFamily GpuMemory = Session(
        "gpu_memory_bytes",
        "GPU memory of the session's process tree, from nvidia-smi's list of compute processes; absent where the driver hides it.");

    public static readonly MetricFamily DeadPanes = Session("dead_panes", "Panes whose command has ended, pane_dead of tmux.");

    /// <summary>All of them, in catalogue order.</summary>
    public static IReadOnlyList<MetricFamily> All { get; } =
    [
        Up, Sessions, Info, Created, Activity, Attached, Windows, Age, Detached, Legacy, Busy, Cpu, Memory, GpuMemory, DeadPanes,
    ];

    private static MetricFamily Session(string name, string help) =>
        MetricFamily.Gauge("fleet_tmux_session_" + name, help, "host", "user", "session");
}
