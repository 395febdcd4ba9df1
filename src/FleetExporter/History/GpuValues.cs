using FleetExporter.Collectors;
using FleetExporter.Metrics;

namespace FleetExporter.History;

/// <summary>The values of GPUs.</summary>
internal static class GpuValues
{
    private const int Mebi = 1024 * 1024;

    public static IReadOnlyList<HistoryValue> All { get; } =
    [
        Percent("utilization", GpuFamilies.Utilization) with { Recent = RecentValue.GpuUtilization },
        Memory("memory"),
        Percent("memory_utilization", GpuFamilies.MemoryUtilization),
        Temperature("temperature"),
        Of("memory_temperature", HistoryUnit.Celsius, GpuFamilies.MemoryTemperature),
        Power("power"),
        new("clock", HistoryUnit.Mhz, ["gpu", "uuid", "clock"],
            q => $"{q.Over(GpuFamilies.Clock, "gpu, uuid, clock", "clock=~\"sm|graphics|mem\"")} / 1e6"),
        Percent("fan", GpuFamilies.Fan),
        Percent("encoder", GpuFamilies.EncoderUtilization),
        Percent("decoder", GpuFamilies.DecoderUtilization),
        new("throttle", HistoryUnit.Flag, ["gpu", "uuid", "reason"], q => q.Over(GpuFamilies.Throttle, "gpu, uuid, reason")),
        Percent("sm_active", GpuProfileFamilies.SmActive),
        Percent("tensor_active", GpuProfileFamilies.Tensor),
        Percent("dram_active", GpuProfileFamilies.Dram),
        Traffic("pcie", GpuProfileFamilies.Pcie),
        Traffic("nvlink", GpuProfileFamilies.Nvlink),
    ];

    /// <summary>The values of all GPUs of a host.</summary>
    public static IReadOnlyList<HistoryValue> OfHost { get; } =
    [
        Percent("gpu_utilization", GpuFamilies.Utilization) with { Recent = RecentValue.GpuUtilization },
        Memory("gpu_memory"),
        Temperature("gpu_temperature"),
        Power("gpu_power"),
    ];

    private static HistoryValue Memory(string name) =>
        new(name, HistoryUnit.Mb, ["gpu", "uuid"], q => $"{q.Over(GpuFamilies.MemoryUsed, "gpu, uuid")} / {Mebi}")
        {
            Recent = RecentValue.GpuMemory,
        };

    private static HistoryValue Temperature(string name) =>
        Of(name, HistoryUnit.Celsius, GpuFamilies.Temperature) with { Recent = RecentValue.GpuTemperature };

    private static HistoryValue Power(string name) => Of(name, HistoryUnit.Watts, GpuFamilies.PowerDraw) with { Recent = RecentValue.GpuPower };

    private static HistoryValue Percent(string name, MetricFamily ratio) =>
        new(name, HistoryUnit.Percent, ["gpu", "uuid"], q => $"100 * {q.Over(ratio, "gpu, uuid")}");

    private static HistoryValue Of(string name, HistoryUnit unit, MetricFamily family) =>
        new(name, unit, ["gpu", "uuid"], q => q.Over(family, "gpu, uuid"));

    private static HistoryValue Traffic(string name, MetricFamily family) =>
        new(name, HistoryUnit.BytesPerSecond, ["gpu", "uuid", "direction"], q => q.Over(family, "gpu, uuid, direction"));
}
