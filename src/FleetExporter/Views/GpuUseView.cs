using FleetExporter.Collectors;
using FleetExporter.Parsing;
using FleetExporter.Polling.Snapshots;

namespace FleetExporter.Views;

/// <summary>Whether a GPU is free, and since when it is that or held without being used.</summary>
/// <param name="NotFree">Why it is not free; null if it is.</param>
/// <param name="AvailableSince">Since when it is free; null if it is not.</param>
/// <param name="HeldIdleSince">Since when memory or a process is on it while it does nothing; null while that is not so.</param>
internal sealed record GpuUseView(bool Free, string? NotFree, DateTimeOffset? AvailableSince, DateTimeOffset? HeldIdleSince)
{
    public static GpuUseView Of(HostSnapshot host, GpuReading reading, Gpu gpu, Instant now)
    {
        var use = gpu.Uuid is { } uuid && reading.Uses.TryGetValue(uuid, out var known) ? known : (GpuUse?)null;
        var notFree = host.Host.Device is null && !host.Connection.Up ? Collectors.NotFree.HostOffline
            : host.ReleasedUntil(now) is not null ? Collectors.NotFree.Released
            : gpu.Fault is not null ? Collectors.NotFree.Lost
            : use is { } value ? value.NotFree
            : Collectors.NotFree.Unknown;
        return new GpuUseView(
            notFree is null, notFree is { } reason ? Words.Of(reason) : null, notFree is null ? At(use?.FreeSince) : null, At(use?.HeldSince));

        // The uptime of the reading is that of its arrival.
        DateTimeOffset? At(double? uptime) =>
            host.Outcomes.Find("gpu")?.ReadingAt is { } at && uptime is { } since
                ? at.TimeAsOf(now) - TimeSpan.FromSeconds(reading.Uptime - since)
                : null;
    }
}
