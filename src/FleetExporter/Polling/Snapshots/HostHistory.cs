using System.Collections.Immutable;
using FleetExporter.Collectors;

namespace FleetExporter.Polling.Snapshots;

/// <summary>What has to be remembered of a host between two readings. Immutable, part of the snapshot.</summary>
/// <param name="GpuEnergy">Joules so far, by uuid.</param>
/// <param name="GpusSeen">GPUs listed since <paramref name="BootId"/>, by uuid.</param>
/// <param name="Processes">CPU seconds of the sessions' processes at <paramref name="ProcessesUptime"/>, by collector, pid and start.</param>
/// <param name="Xids">XID errors counted so far; <c>XidUptime</c> is the newest line that is in them.</param>
public sealed record HostHistory(
    ImmutableDictionary<string, double> GpuEnergy,
    double? GpuUptime,
    ImmutableHashSet<string> GpusSeen,
    string? BootId,
    ImmutableDictionary<(string Collector, int Pid, long Start), double> Processes,
    ImmutableDictionary<string, double> ProcessesUptime,
    ImmutableDictionary<(string Bus, int Code), XidCount> Xids,
    double XidUptime)
{
    public static readonly HostHistory Empty = new(
        ImmutableDictionary<string, double>.Empty, null, [], null, ImmutableDictionary<(string, int, long), double>.Empty,
        ImmutableDictionary<string, double>.Empty, ImmutableDictionary<(string, int), XidCount>.Empty, -1);
}
