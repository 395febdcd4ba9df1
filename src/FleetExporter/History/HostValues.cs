using FleetExporter.Collectors;
using FleetExporter.Metrics;
using FleetExporter.Polling;

namespace FleetExporter.History;

/// <summary>The values of hosts.</summary>
internal static class HostValues
{
    private const string Idle = "mode=~\"idle|iowait\"";

    /// <summary>Modes that others include.</summary>
    private const string NotGuest = "mode!~\"guest|guest_nice\"";

    public static IReadOnlyList<HistoryValue> All { get; } =
    [
        Percent("cpu", q => q.OfRates(range =>
            $"100 * (1 - sum(max by (mode) (rate({q.Select(VitalsCollector.CpuSeconds, Idle)}[{range}])))"
                + $" / sum(max by (mode) (rate({q.Select(VitalsCollector.CpuSeconds, NotGuest)}[{range}]))))")) with { Recent = RecentValue.Cpu },
        Percent("memory", q => UsedPercent(q, VitalsCollector.MemoryAvailable, VitalsCollector.MemoryTotal)) with { Recent = RecentValue.Memory },
        Percent("swap", q => UsedPercent(q, VitalsCollector.SwapFree, VitalsCollector.SwapTotal)),
        new("load", HistoryUnit.Count, ["window"], q => q.Over(VitalsCollector.Load, "window")),
        Percent("pressure", q => $"100 * {q.Over(VitalsCollector.Pressure, "resource", "kind=\"some\", window=\"60s\"")}", "resource"),
        Percent("disk", q => UsedPercent(q, FilesystemCollector.Available, FilesystemCollector.Size, "mountpoint"), "mountpoint") with
        {
            Ranked = true,
        },
        Network("network_receive", VitalsCollector.NetworkReceive),
        Network("network_transmit", VitalsCollector.NetworkTransmit),
        new("temperature", HistoryUnit.Celsius, ["sensor"], q => q.Over(TemperatureCollector.Celsius, "sensor")) { Ranked = true },
        new("up", HistoryUnit.State, [], Up) { Recent = RecentValue.Up },
        .. GpuValues.OfHost,
    ];

    private static HistoryValue Percent(string name, Func<HistoryQuery, string> query, params IReadOnlyList<string> labels) =>
        new(name, HistoryUnit.Percent, labels, query);

    private static string UsedPercent(HistoryQuery query, MetricFamily free, MetricFamily total, string by = "") =>
        $"100 * (1 - {query.OppositeOver(free, by)} / ({query.HighestOver(total, by)} > 0))";

    private static HistoryValue Network(string name, MetricFamily family) =>
        new(name, HistoryUnit.BytesPerSecond, ["device"], q => q.OfRates(range => $"max by (device) (rate({q.Select(family)}[{range}]))"))
        {
            Ranked = true,
        };

    /// <summary>The lowest of what is known: the SSH connection, the status, the pushes of a device.</summary>
    private static string Up(HistoryQuery query) =>
        $"min({HistoryQuery.Part("ssh", query.Over(HealthFamilies.SshUp))}"
            + $" or {HistoryQuery.Part("status", $"1 - {query.OppositeOver(HealthFamilies.HostStatus, more: "status=\"offline\"")}")}"
            + $" or {HistoryQuery.Part("device", query.Over(DeviceFamilies.Up))})";
}
