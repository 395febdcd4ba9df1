using FleetExporter.Polling.Snapshots;

namespace FleetExporter.Views;

/// <summary>One GPU of the fleet: what <see cref="GpuUseView"/> and <see cref="GpuView"/> say of it, in one row.</summary>
/// <param name="Users">Users with a process on it, ordered; without those that are unknown.</param>
/// <param name="Containers">Names, or short ids, of the containers with a process on it.</param>
internal sealed record FleetGpuView(
    string Host, int? Index, string? Uuid, string? Name, bool Free, string? NotFree, DateTimeOffset? AvailableSince, DateTimeOffset? HeldIdleSince,
    long? UtilizationPercent, long? MemoryUsedMb, long? MemoryTotalMb, long? MemoryFreeMb, long? TemperatureC, long? TemperatureLimitC,
    double? PowerDrawWatts, double? PowerLimitWatts, int Processes, IReadOnlyList<string> Users, IReadOnlyList<string> Containers, bool Simulated,
    IReadOnlyDictionary<string, string> Labels)
{
    /// <summary>The GPUs of a host that are known; those of an unreachable host are missing once their values are stale.</summary>
    public static IReadOnlyList<FleetGpuView> Of(HostSnapshot host, Instant now) => [.. GpuView.Of(host, now).Select(gpu => Of(host, gpu))];

    /// <summary>Orders the GPUs of the fleet, and identifies one.</summary>
    internal string Key() => $"{Host}/{Index ?? 9999:D4}/{Uuid}";

    private static FleetGpuView Of(HostSnapshot host, GpuView gpu) => new(
        host.Host.Name,
        gpu.Index,
        gpu.Uuid,
        gpu.Name,
        gpu.Use?.Free ?? false,
        gpu.Use?.NotFree,
        gpu.Use?.AvailableSince,
        gpu.Use?.HeldIdleSince,
        gpu.UtilizationPercent,
        gpu.MemoryUsedMb,
        gpu.MemoryTotalMb,
        gpu.MemoryFreeMb,
        gpu.TemperatureC,
        gpu.TemperatureLimitC,
        gpu.PowerDrawWatts,
        gpu.PowerLimitWatts,
        gpu.Processes.Count,
        Distinct(gpu.Processes.Select(p => p.User)),
        Distinct(gpu.Processes.Select(p => p.Container?.Name ?? p.Container?.Id)),
        host.Host.Simulated is not null,
        host.Host.Labels);

    private static IReadOnlyList<string> Distinct(IEnumerable<string?> texts) =>
        [.. texts.OfType<string>().Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
}
