using System.Collections.Immutable;
using FleetExporter.Collectors;

namespace FleetExporter.Polling.Snapshots;

/// <summary>State of a host that derivations carry from one answer to the next. Immutable, part of the snapshot.</summary>
internal sealed record HostHistory
{
    public static readonly HostHistory Empty = new();

    /// <summary>The boot to which <see cref="GpusSeen"/>, the processes and the XID lines belong.</summary>
    public string? BootId { get; init; }

    /// <summary>Busy share of all CPUs between the last two answers, 0-1; null before the second.</summary>
    public double? CpuBusyRatio { get; init; }

    /// <summary>Joules so far, by uuid.</summary>
    public ImmutableDictionary<string, double> GpuEnergy { get; init; } = ImmutableDictionary<string, double>.Empty;

    /// <summary>How each GPU is used, by uuid; without those whose utilisation is unknown.</summary>
    public ImmutableDictionary<string, GpuUse> GpuUses { get; init; } = ImmutableDictionary<string, GpuUse>.Empty;

    /// <summary>The tmux sessions of the processes on GPUs, by pid and start, those that have ended included.</summary>
    public ImmutableDictionary<(int Pid, long Start), ProcessSession> GpuSessions { get; init; } =
        ImmutableDictionary<(int, long), ProcessSession>.Empty;

    /// <summary>Time and energy so far, by GPU and its users.</summary>
    public ImmutableDictionary<string, ImmutableDictionary<string, GpuUserTally>> GpuUsers { get; init; } =
        ImmutableDictionary<string, ImmutableDictionary<string, GpuUserTally>>.Empty;

    /// <summary>The host's uptime at the last answer about GPUs, in seconds.</summary>
    public double? GpuUptime { get; init; }

    /// <summary>GPUs that were listed since the last boot, by uuid.</summary>
    public ImmutableHashSet<string> GpusSeen { get; init; } = [];

    /// <summary>CPU seconds of the tmux sessions' processes at the last answer, by collector, pid and start.</summary>
    public ImmutableDictionary<(string Collector, int Pid, long Start), double> Processes { get; init; } =
        ImmutableDictionary<(string, int, long), double>.Empty;

    /// <summary>The host's uptime at the last answer of each tmux collector, in seconds.</summary>
    public ImmutableDictionary<string, double> ProcessesUptime { get; init; } = ImmutableDictionary<string, double>.Empty;

    /// <summary>CPUs that each tmux session used between the last two answers; sessions not yet measured are missing.</summary>
    public ImmutableDictionary<(string Collector, TmuxSessionKey Session), double> SessionCpu { get; init; } =
        ImmutableDictionary<(string, TmuxSessionKey), double>.Empty;

    /// <summary>When each tmux session was last seen attached.</summary>
    public ImmutableDictionary<TmuxSessionKey, AttachedTime> Attached { get; init; } = ImmutableDictionary<TmuxSessionKey, AttachedTime>.Empty;

    /// <summary>XID errors counted so far.</summary>
    public ImmutableDictionary<(string Bus, int Code), XidCount> Xids { get; init; } = ImmutableDictionary<(string, int), XidCount>.Empty;

    /// <summary>The newest line that is in <see cref="Xids"/>, in seconds since boot.</summary>
    public double XidUptime { get; init; } = -1;
}
