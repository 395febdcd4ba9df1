using FleetExporter.Collectors;
using FleetExporter.Parsing;
using FleetExporter.Polling.Snapshots;

namespace FleetExporter.Views;

/// <summary>
/// What a page about one host shows beside <see cref="HostStateView"/>; null or empty where unknown. Units: percent, whole MiB, °C.
/// </summary>
/// <param name="CollectedAt">When the vitals were read: the network's counters are of this time.</param>
/// <param name="ClockOffsetSeconds">The host's clock minus the exporter's.</param>
/// <param name="Swap">Null on a host without swap.</param>
/// <param name="Filesystems">The fullest first.</param>
/// <param name="Units">Units that <c>fleet.yml</c> names, failed ones first.</param>
internal sealed record HostDetailView(
    string Hostname, DateTimeOffset? CollectedAt, string? LoginUser, DateTimeOffset? BootedAt, double? ClockOffsetSeconds, int? Cpus,
    MemoryView? Memory, SwapView? Swap, IReadOnlyList<PressureView> Pressure, IReadOnlyList<FilesystemView> Filesystems,
    IReadOnlyList<NetworkView> Network, IReadOnlyList<TemperatureView> Temperatures, IReadOnlyList<UnitView> Units,
    IReadOnlyList<GpuDetailView> Gpus, ConnectionStateView Connection, IReadOnlyList<CollectorView> Collectors,
    IReadOnlyList<FailureView> RecentFailures)
{
    public static HostDetailView Of(HostSnapshot host, Instant now)
    {
        var vitals = host.Get<VitalsReading>(now)?.Vitals;
        var system = host.Get<SystemReading>(now);
        return new HostDetailView(
            host.Host.Name,
            vitals is null ? null : host.Outcomes["host"].ReadingAt?.TimeAsOf(now),
            host.System?.User,
            host.System?.BootTime,
            JsonNumber.Round(system?.ClockOffset?.TotalSeconds),
            host.System?.Cpus,
            MemoryView.Of(vitals?.Memory),
            SwapView.Of(vitals?.Memory),
            [.. (vitals?.Pressures ?? []).Select(PressureView.Of)],
            [.. (host.Get<FilesystemReading>(now)?.Filesystems ?? []).Select(FilesystemView.Of).OrderByDescending(f => f.UsedPercent)],
            [.. (vitals?.Networks ?? []).Select(n => new NetworkView(n.Device, n.ReceiveBytes, n.TransmitBytes, n.Errors))],
            [.. (host.Get<TemperatureReading>(now)?.Sensors ?? [])
                .Select(s => new TemperatureView(s.Sensor, s.Celsius, s.MaxCelsius, s.CriticalCelsius))],
            [.. (host.Get<SystemdReading>(now)?.Units.Units ?? []).Select(UnitView.Of).OrderBy(u => u.Rank)],
            GpuDetailView.Of(host, now),
            new ConnectionStateView(
                host.Connection.Up, host.Connection.Failure is { } failure ? Words.Of(failure) : null, host.Connection.Detail,
                host.Connection.Since.TimeAsOf(now), host.Connection.NextAttempt?.TimeAsOf(now)),
            [.. host.Outcomes.OrderBy(o => o.Collector, StringComparer.Ordinal).Select(o => CollectorView.Of(o, now))],
            [.. host.Recent.Select(f => new FailureView(
                f.At.TimeAsOf(now), f.Source, f.Reason, CollectorCatalog.Find(f.Source)?.Mask(f.Message) ?? f.Message))]);
    }
}

/// <param name="UsedMb">Total less available.</param>
/// <param name="HugePagesMb">Reserved huge pages; never part of what is available.</param>
internal sealed record MemoryView(
    long? TotalMb, long? UsedMb, long? AvailableMb, long? BuffersMb, long? CachedMb, long? HugePagesMb, long? HugePagesFreeMb)
{
    public static MemoryView? Of(HostMemory? memory) => memory is null ? null : new MemoryView(
        JsonNumber.Mebibytes(memory.Total), JsonNumber.Mebibytes(memory.Total - memory.Available), JsonNumber.Mebibytes(memory.Available),
        JsonNumber.Mebibytes(memory.Buffers), JsonNumber.Mebibytes(memory.Cached), JsonNumber.Mebibytes(memory.HugePagesTotal),
        JsonNumber.Mebibytes(memory.HugePagesFree));
}

internal sealed record SwapView(long? TotalMb, long? UsedMb)
{
    public static SwapView? Of(HostMemory? memory) => memory?.SwapTotal is > 0 and var total
        ? new SwapView(JsonNumber.Mebibytes(total), JsonNumber.Mebibytes(total - memory.SwapFree))
        : null;
}

/// <summary>Share of time in which some or all tasks waited for a resource.</summary>
/// <param name="Kind"><c>some</c> or <c>full</c>.</param>
internal sealed record PressureView(string Resource, string Kind, double? Avg10Percent, double? Avg60Percent, double? Avg300Percent)
{
    public static PressureView Of(Pressure pressure) => new(
        pressure.Resource, pressure.Kind, JsonNumber.Round(pressure.Avg10 * 100), JsonNumber.Round(pressure.Avg60 * 100),
        JsonNumber.Round(pressure.Avg300 * 100));
}

internal sealed record FilesystemView(string Mountpoint, string Type, long? SizeMb, long? AvailableMb, double? UsedPercent)
{
    public static FilesystemView Of(Filesystem filesystem) => new(
        filesystem.Mountpoint, filesystem.Type, JsonNumber.Mebibytes(filesystem.SizeBytes), JsonNumber.Mebibytes(filesystem.AvailableBytes),
        JsonNumber.Round(100.0 * (filesystem.SizeBytes - filesystem.AvailableBytes) / filesystem.SizeBytes));
}

/// <summary>Counters of an interface since it came up.</summary>
internal sealed record NetworkView(string Device, long ReceivedBytes, long TransmittedBytes, long Errors);

internal sealed record TemperatureView(string Sensor, double Celsius, double? MaxCelsius, double? CriticalCelsius);

/// <param name="Name">As in <c>fleet.yml</c>: with <c>user:</c> for a unit of the login user.</param>
/// <param name="Restarts">Automatic ones since the last manual start; null where unknown.</param>
internal sealed record UnitView(string Name, string LoadState, string ActiveState, string SubState, long? Restarts)
{
    /// <summary>Failed units first, active ones last.</summary>
    internal int Rank => ActiveState == "failed" ? 0 : ActiveState is "active" or "reloading" ? 2 : 1;

    public static UnitView Of(SystemdUnit unit) => new(
        unit.Scope == "user" ? "user:" + unit.Id : unit.Id, unit.LoadState, unit.ActiveState, unit.SubState, unit.Restarts);
}

/// <param name="Since">When it became connected or disconnected.</param>
/// <param name="NextAttempt">When the exporter tries again; null while connected.</param>
internal sealed record ConnectionStateView(bool Connected, string? Reason, string? Detail, DateTimeOffset Since, DateTimeOffset? NextAttempt);

/// <param name="Fix">What to do about the failure; null without one.</param>
/// <param name="Off">Why it is off on this host; null where it is on.</param>
internal sealed record CollectorView(string Name, string? Reason, string? Message, string? Fix, string? Off, DateTimeOffset? LastSuccess)
{
    public static CollectorView Of(CollectorOutcome outcome, Instant now) => new(
        outcome.Collector,
        outcome.Failure is { } failure ? Words.Of(failure) : null,
        outcome.Message is { } message ? CollectorCatalog.Find(outcome.Collector)?.Mask(message) ?? message : null,
        outcome.Failure is { } reason ? CollectorCatalog.Find(outcome.Collector)?.Fix(reason) : null,
        outcome.OffBecause,
        outcome.LastSuccess?.TimeAsOf(now));
}

/// <summary>A failed attempt of the connection or a collector.</summary>
internal sealed record FailureView(DateTimeOffset At, string Source, string Reason, string Message);
