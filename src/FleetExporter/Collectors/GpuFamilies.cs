using FleetExporter.Metrics;

namespace FleetExporter.Collectors;

/// <summary>The metric families of <see cref="GpuCollector"/>.</summary>
internal static class GpuFamilies
{
    public static readonly MetricFamily Info = MetricFamily.Gauge(
        "fleet_gpu_info", "1 for every GPU that nvidia-smi lists.",
        "host", "gpu", "uuid", "name", "driver_version", "cuda_version", "compute_cap", "pci_bus_id");

    public static readonly MetricFamily Utilization = PerGpu(
        "utilization_ratio", "Share of time in which a kernel was running, utilization.gpu of nvidia-smi.");
    public static readonly MetricFamily MemoryUtilization = PerGpu(
        "memory_utilization_ratio", "Share of time in which memory was read or written, utilization.memory of nvidia-smi.");
    public static readonly MetricFamily EncoderUtilization = Engine("encoder", "video encoder");
    public static readonly MetricFamily DecoderUtilization = Engine("decoder", "video decoder");
    public static readonly MetricFamily JpegUtilization = Engine("jpeg", "JPEG decoder");
    public static readonly MetricFamily OfaUtilization = Engine("ofa", "optical flow accelerator");
    public static readonly MetricFamily MemoryTotal = PerGpu(
        "memory_total_bytes", "Memory of the GPU, memory.total of nvidia-smi; with unified memory MemTotal of the host.");
    public static readonly MetricFamily MemoryUsed = PerGpu(
        "memory_used_bytes", "Used memory, memory.used of nvidia-smi; with unified memory MemTotal minus MemAvailable of the host.");
    public static readonly MetricFamily MemoryFree = PerGpu(
        "memory_free_bytes", "Free memory, memory.free of nvidia-smi; with unified memory MemAvailable of the host.");
    public static readonly MetricFamily MemoryReserved = PerGpu(
        "memory_reserved_bytes", "Memory reserved by driver and firmware, memory.reserved of nvidia-smi: neither used nor free.");
    public static readonly MetricFamily MemoryUnified = PerGpu(
        "memory_unified", "1 when the GPU has no memory of its own, so that its memory values come from /proc/meminfo.");
    public static readonly MetricFamily Temperature = PerGpu("temperature_celsius", "Core temperature, temperature.gpu of nvidia-smi.");
    public static readonly MetricFamily MemoryTemperature = PerGpu(
        "memory_temperature_celsius", "Temperature of the memory, temperature.memory of nvidia-smi; absent on most boards without HBM.");
    public static readonly MetricFamily PowerDraw = PerGpu("power_draw_watts", "Power draw, power.draw of nvidia-smi.");
    public static readonly MetricFamily PowerLimit = PerGpu("power_limit_watts", "Power limit, power.limit of nvidia-smi.");
    public static readonly MetricFamily PowerEnforcedLimit = PerGpu(
        "power_enforced_limit_watts", "The lowest power limit that applies, enforced.power.limit of nvidia-smi.");

    public static readonly MetricFamily Energy = CounterPerGpu(
        "energy_joules_total", "Energy consumed since this exporter started watching the GPU, integrated from its power draw.");

    public static readonly MetricFamily Clock = PerGpu("clock_hertz", "Current clock, clocks.current.* of nvidia-smi.", "clock");
    public static readonly MetricFamily ClockMax = PerGpu("clock_max_hertz", "Highest clock, clocks.max.* of nvidia-smi.", "clock");
    public static readonly MetricFamily Fan = PerGpu("fan_ratio", "Requested fan speed as a share of the maximum, fan.speed of nvidia-smi.");
    public static readonly MetricFamily PState = PerGpu("pstate", "Performance state, 0 is the fastest, pstate of nvidia-smi.");

    public static readonly MetricFamily Throttle = PerGpu(
        "throttle_reason",
        "1 while the reason lowers the clocks, clocks_event_reasons.* (clocks_throttle_reasons.* before driver 535) of nvidia-smi.", "reason");

    public static readonly MetricFamily PcieGeneration = PerGpu(
        "pcie_link_generation", "Current generation of the PCIe link, pcie.link.gen.gpucurrent of nvidia-smi; drops while the GPU is idle.");
    public static readonly MetricFamily PcieGenerationMax = PerGpu(
        "pcie_link_generation_max", "Highest PCIe generation that both the GPU and its slot support, pcie.link.gen.max of nvidia-smi.");
    public static readonly MetricFamily PcieWidth = PerGpu(
        "pcie_link_width", "Current number of lanes of the PCIe link, pcie.link.width.current of nvidia-smi.");
    public static readonly MetricFamily PcieWidthMax = PerGpu(
        "pcie_link_width_max", "Most PCIe lanes that both the GPU and its slot support, pcie.link.width.max of nvidia-smi.");

    public static readonly MetricFamily EccCorrected = CounterPerGpu(
        "ecc_corrected_total", "Corrected memory errors over the lifetime of the GPU, ecc.errors.corrected.aggregate.total of nvidia-smi.");

    public static readonly MetricFamily EccUncorrected = CounterPerGpu(
        "ecc_uncorrected_total", "Uncorrected memory errors over the lifetime of the GPU, ecc.errors.uncorrected.aggregate.total of nvidia-smi.");

    public static readonly MetricFamily RecoveryAction = PerGpu(
        "recovery_action", "1 for the recovery action that the driver recommends, gpu_recovery_action of nvidia-smi.", "action");

    public static readonly MetricFamily FabricState = PerGpu(
        "fabric_state",
        "1 for the state of the GPU's registration with the NVLink fabric manager, fabric.state of nvidia-smi; failed: completed with an error.",
        "state");

    public static readonly MetricFamily Lost = MetricFamily.Gauge(
        "fleet_host_gpus_lost",
        "GPUs that have fallen off the bus or need a reset, and GPUs that were listed since the last boot and no longer are.", "host");

    /// <summary>All of them, in catalogue order.</summary>
    public static IReadOnlyList<MetricFamily> All { get; } =
    [
        Info, Utilization, MemoryUtilization, EncoderUtilization, DecoderUtilization, JpegUtilization, OfaUtilization, MemoryTotal, MemoryUsed,
        MemoryFree, MemoryReserved, MemoryUnified, Temperature, MemoryTemperature, PowerDraw, PowerLimit, PowerEnforcedLimit, Energy, Clock,
        ClockMax, Fan, PState, Throttle, PcieGeneration, PcieGenerationMax, PcieWidth, PcieWidthMax, EccCorrected, EccUncorrected, RecoveryAction,
        FabricState, Lost,
    ];

    private static MetricFamily Engine(string name, string what) => PerGpu(
        name + "_utilization_ratio", $"Share of time in which the {what} was busy, utilization.{name} of nvidia-smi.");

    internal static MetricFamily CounterPerGpu(string name, string help, params string[] labels) =>
        MetricFamily.Counter("fleet_gpu_" + name, help, ["host", "gpu", "uuid", .. labels]);

    internal static MetricFamily PerGpu(string name, string help, params string[] labels) =>
        MetricFamily.Gauge("fleet_gpu_" + name, help, ["host", "gpu", "uuid", .. labels]);
}
