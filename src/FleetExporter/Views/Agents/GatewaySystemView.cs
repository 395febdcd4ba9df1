using FleetExporter.OpenClaw.Protocol;

namespace FleetExporter.Views.Agents;

/// <summary>The process of one gateway and its machine, as the gateway sees them.</summary>
/// <param name="At">When the gateway answered <c>system.info</c>; null where it did not.</param>
internal sealed record GatewaySystemView(
    string Gateway, string Host, DateTimeOffset? At, string? Reason, GatewayProcessView? Process, GatewayMachineView? Machine)
{
    public static GatewaySystemView Of(MonitoredGateway gateway)
    {
        var (part, system) = (gateway.PartOf("system.info"), gateway.Reading?.System);
        return new GatewaySystemView(
            part.Gateway, part.Host, part.At, part.Reason, system is null ? null : GatewayProcessView.Of(system),
            system is null ? null : GatewayMachineView.Of(system));
    }
}

/// <param name="MemoryMb">Resident memory.</param>
internal sealed record GatewayProcessView(
    long? Pid, double? UptimeSeconds, string? NodeVersion, long? MemoryMb, long? HeapUsedMb, long? HeapTotalMb, EventLoopView? EventLoop)
{
    public static GatewayProcessView Of(GatewaySystem system) => new(
        JsonNumber.Whole(system.Pid), JsonNumber.Round(system.Uptime?.TotalSeconds), system.NodeVersion, JsonNumber.Mebibytes(system.Rss),
        JsonNumber.Mebibytes(system.HeapUsed), JsonNumber.Mebibytes(system.HeapTotal), EventLoopView.Of(system.EventLoop));
}

/// <param name="LoadAvg">Of 1, 5 and 15 minutes.</param>
internal sealed record GatewayMachineView(
    string? Hostname, string? Platform, string? Release, string? Arch, string? CpuModel, long? CpuCount, IReadOnlyList<double>? LoadAvg,
    long? MemoryTotalMb, long? MemoryFreeMb, IReadOnlyList<GatewayDiskView>? Disks)
{
    public static GatewayMachineView Of(GatewaySystem system) => new(
        system.Hostname, system.Platform, system.Release, system.Arch, system.CpuModel, JsonNumber.Whole(system.CpuCount),
        system.Load?.Select(l => Math.Round(l, 2)).ToList(),
        JsonNumber.Mebibytes(system.MemoryTotal), JsonNumber.Mebibytes(system.MemoryFree),
        system.Disks?.Select(GatewayDiskView.Of).ToList());
}

internal sealed record GatewayDiskView(string Path, long? SizeMb, long? AvailableMb, double? UsedPercent)
{
    public static GatewayDiskView Of(GatewayDisk disk) => new(
        disk.Path, JsonNumber.Mebibytes(disk.Total), JsonNumber.Mebibytes(disk.Available),
        disk is { Total: > 0, Available: { } available } && available <= disk.Total
            ? JsonNumber.Round(100 * (disk.Total - available) / disk.Total)
            : null);
}

/// <summary>The event loop of a gateway.</summary>
internal sealed record EventLoopView(bool? Degraded, double? DelayP99Ms, double? UtilizationPercent)
{
    public static EventLoopView? Of(GatewayEventLoop? loop) => loop is null ? null : new(
        loop.Degraded, JsonNumber.Round(loop.DelayP99?.TotalMilliseconds), JsonNumber.Round(100 * loop.Utilization));
}
