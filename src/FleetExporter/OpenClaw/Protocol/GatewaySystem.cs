using System.Text.Json;

namespace FleetExporter.OpenClaw.Protocol;

/// <summary>A disk of the gateway's machine, in bytes.</summary>
internal sealed record GatewayDisk(string Path, double? Total, double? Available);

/// <summary>The gateway's process and its machine.</summary>
/// <param name="Rss">Resident memory, bytes.</param>
internal sealed record GatewaySystem(TimeSpan? Uptime, double? Rss, GatewayEventLoop? EventLoop)
{
    private const int MaxDisks = 64;

    public double? HeapUsed { get; init; }

    public double? HeapTotal { get; init; }

    public double? Pid { get; init; }

    /// <summary>Version of Node.js.</summary>
    public string? NodeVersion { get; init; }

    public string? Hostname { get; init; }

    /// <summary>As in Node.js, for example <c>linux</c>.</summary>
    public string? Platform { get; init; }

    /// <summary>Release of the kernel.</summary>
    public string? Release { get; init; }

    public string? Arch { get; init; }

    public double? CpuCount { get; init; }

    public string? CpuModel { get; init; }

    /// <summary>Of 1, 5 and 15 minutes; null if not all are known.</summary>
    public IReadOnlyList<double>? Load { get; init; }

    public double? MemoryTotal { get; init; }

    public double? MemoryFree { get; init; }

    /// <summary>Null if the gateway does not report them.</summary>
    public IReadOnlyList<GatewayDisk>? Disks { get; init; }

    /// <summary>Parses the answer of <c>system.info</c>.</summary>
    /// <exception cref="FormatException">No <c>uptimeMs</c>.</exception>
    /// <remarks>Tested with 2026.9.6; 2026.5.28 does not have it.</remarks>
    public static GatewaySystem Parse(JsonElement payload)
    {
        payload.RequireObject("system.info");
        var memory = payload.Member("processMemory");
        var load = payload.Items("loadAverage").Select(l => l.Amount()).OfType<double>().ToList();
        return new GatewaySystem(
            payload.Milliseconds("uptimeMs") ?? throw new FormatException("system.info: no 'uptimeMs'"),
            memory?.Amount("rssBytes"),
            GatewayEventLoop.Of(payload))
        {
            HeapUsed = memory?.Amount("heapUsedBytes"),
            HeapTotal = memory?.Amount("heapTotalBytes"),
            Pid = payload.Amount("pid"),
            NodeVersion = GatewayName.Clean(payload.Text("nodeVersion")),
            Hostname = GatewayName.Line(payload.Text("hostname"), GatewayName.MaxLine),
            Platform = GatewayName.Clean(payload.Text("platform")),
            Release = GatewayName.Clean(payload.Text("release")),
            Arch = GatewayName.Clean(payload.Text("arch")),
            CpuCount = payload.Amount("cpuCount"),
            CpuModel = GatewayName.Line(payload.Text("cpuModel"), GatewayName.MaxLine),
            Load = load.Count == 3 ? load : null,
            MemoryTotal = payload.Amount("memoryTotalBytes"),
            MemoryFree = payload.Amount("memoryFreeBytes"),
            Disks = payload.Member("disks") is { ValueKind: JsonValueKind.Array }
                ? [.. payload.Items("disks").Select(DiskOf).OfType<GatewayDisk>().Take(MaxDisks)]
                : null,
        };
    }

    private static GatewayDisk? DiskOf(JsonElement disk) => GatewayName.Line(disk.Text("path"), GatewayName.MaxLine) is { } path
        ? new GatewayDisk(path, disk.Amount("totalBytes"), disk.Amount("availableBytes"))
        : null;
}
