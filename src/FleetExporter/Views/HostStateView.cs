using FleetExporter.Collectors;
using FleetExporter.Polling.Snapshots;

namespace FleetExporter.Views;

/// <summary>A host with its fresh readings; null where a value is unknown. Units: percent, whole MiB.</summary>
/// <param name="Address">As configured; null for the exporter's own machine and for a device.</param>
/// <param name="Pushes">True for a device, which pushes its GPUs.</param>
/// <param name="Reason">The host's problem in one line; null when there is none.</param>
/// <param name="HasGpu">
/// Whether it has GPUs, had some or is configured to have them: <paramref name="Gpus"/> is empty while there is no fresh reading.
/// </param>
/// <param name="GpusReleasedUntil">End of a release of its GPUs, which are not polled until then; null while there is none.</param>
/// <param name="Off">Collectors that are off on this host, each with the reason.</param>
internal sealed record HostStateView(
    string Hostname, string? Address, DateTimeOffset? LastSeen, string Status,
    string? Reason, string? Os, string? Kernel, string? Arch, string? Model,
    double? CpuPercent, double? MemoryPercent, long? MemoryUsedMb, long? MemoryTotalMb, IReadOnlyList<double>? LoadAvg, bool HasGpu, int GpusLost,
    DateTimeOffset? GpusReleasedUntil, bool Simulated, bool Pushes, IReadOnlyDictionary<string, string> Labels,
    IReadOnlyDictionary<string, string> Off,
    IReadOnlyList<GpuView> Gpus, IReadOnlyList<SessionView> Sessions)
{
    public static HostStateView Of(HostSnapshot host, Instant now)
    {
        var vitals = host.Get<VitalsReading>(now);
        var memory = vitals?.Vitals.Memory;
        var used = memory?.Total - memory?.Available;
        var system = host.Get<SystemReading>(now)?.System;
        var gpus = host.Get<GpuReading>(now);
        var load = vitals?.Vitals.Load;
        return new HostStateView(
            host.Host.Name,
            host.Host.Address?.ToString(),
            host.LastSeen?.TimeAsOf(now),
            Words.Of(host.Status(now)),
            host.Problem(now),
            system?.Os,
            system?.Kernel,
            system?.Architecture,
            system?.Model,
            JsonNumber.Round(vitals?.CpuBusyRatio * 100),
            JsonNumber.Round(100.0 * used / memory?.Total),
            JsonNumber.Mebibytes(used),
            JsonNumber.Mebibytes(memory?.Total),
            load is null ? null : [load.One, load.Five, load.Fifteen],
            gpus is { Gpus.Count: > 0 } || host.HasGpus() == true,
            gpus?.LostCount ?? 0,
            host.ReleasedUntil(now)?.TimeAsOf(now),
            host.Host.Simulated is not null,
            host.Host.Device is not null,
            host.Host.Labels,
            host.Outcomes.Where(o => o.OffBecause is not null)
                .OrderBy(o => o.Collector, StringComparer.Ordinal).ToDictionary(o => o.Collector, o => o.OffBecause!),
            GpuView.Of(host, now),
            [.. SessionView.Of(host, now)]);
    }
}
