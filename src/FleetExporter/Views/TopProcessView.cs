using FleetExporter.Collectors;
using FleetExporter.Parsing;
using FleetExporter.Polling.Snapshots;

namespace FleetExporter.Views;

/// <summary>A process among those of a host that use the most CPU or memory.</summary>
/// <param name="CpuPercent">100 is one CPU; null without a recent reading before.</param>
/// <param name="Command">The command line with masked arguments.</param>
internal sealed record TopProcessView(int Pid, string? User, double? CpuPercent, long? MemoryMb, string Command)
{
    private const int DefaultPageSize = 4096;

    /// <summary>Those of a host, by CPU use; none without a fresh reading.</summary>
    public static IReadOnlyList<TopProcessView> Of(HostSnapshot host, Instant now)
    {
        var pageSize = host.System?.PageSizeBytes ?? DefaultPageSize;
        return [.. (host.Get<ProcessesReading>(now)?.Processes ?? [])
            .Select(p => new TopProcessView(
                p.Pid, p.User, JsonNumber.Round(p.Cpus * 100), JsonNumber.Mebibytes((double)p.MemoryPages * pageSize),
                ProcessArguments.Mask(p.Command)))
            .OrderByDescending(p => p.CpuPercent).ThenByDescending(p => p.MemoryMb)];
    }
}

/// <param name="CollectedAt">When they were read; null without a fresh reading.</param>
internal sealed record TopProcessesView(string Host, DateTimeOffset? CollectedAt, IReadOnlyList<TopProcessView> Processes)
{
    public static TopProcessesView Of(HostSnapshot host, Instant now) => new(
        host.Host.Name,
        host.Get<ProcessesReading>(now) is null ? null : host.Outcomes["processes"].ReadingAt?.TimeAsOf(now),
        TopProcessView.Of(host, now));
}
