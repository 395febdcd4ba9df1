using FleetExporter.Metrics;
using FleetExporter.Parsing;

namespace FleetExporter.Collectors;

/// <summary>The metric families of <see cref="GpuProfileCollector"/>.</summary>
internal static class GpuProfileFamilies
{
    public static readonly MetricFamily SmActive = PerGpu(
        "sm_active_ratio",
        "Share of the streaming multiprocessors with at least one warp, averaged over the sample; GPM metric 2 of nvidia-smi dmon.");
    private static readonly MetricFamily SmOccupancy = PerGpu(
        "sm_occupancy_ratio", "Warps on the streaming multiprocessors as a share of the maximum; GPM metric 3 of nvidia-smi dmon.");
    public static readonly MetricFamily Tensor = PerGpu(
        "tensor_active_ratio", "Share of time in which the tensor pipe was active; GPM metric 5 of nvidia-smi dmon.");
    public static readonly MetricFamily Dram = PerGpu(
        "dram_active_ratio", "Share of time in which the memory was read or written; GPM metric 10 of nvidia-smi dmon.");
    private static readonly MetricFamily Pipe = PerGpu(
        "pipe_active_ratio", "Share of time in which the pipe (fp64, fp32, fp16) was active; GPM metrics 11 to 13 of nvidia-smi dmon.", "pipe");
    public static readonly MetricFamily Pcie = PerGpu(
        "pcie_bytes_per_second", "PCIe traffic of the GPU (transmit, receive); GPM metrics 20 and 21 of nvidia-smi dmon.", "direction");
    public static readonly MetricFamily Nvlink = PerGpu(
        "nvlink_bytes_per_second", "NVLink traffic of the GPU over all links (transmit, receive); GPM metrics 61 and 60 of nvidia-smi dmon.",
        "direction");

    public static IReadOnlyList<MetricFamily> All { get; } = [SmActive, SmOccupancy, Tensor, Dram, Pipe, Pcie, Nvlink];

    public static void Write(MetricsPage page, Labels of, GpuProfile profile)
    {
        page.Add(SmActive, of, profile.SmActive);
        page.Add(SmOccupancy, of, profile.SmOccupancy);
        page.Add(Tensor, of, profile.TensorActive);
        page.Add(Dram, of, profile.DramActive);
        page.Add(Pipe, of, profile.Fp64Active, ("pipe", "fp64"));
        page.Add(Pipe, of, profile.Fp32Active, ("pipe", "fp32"));
        page.Add(Pipe, of, profile.Fp16Active, ("pipe", "fp16"));
        page.Add(Pcie, of, profile.PcieTransmit, ("direction", "transmit"));
        page.Add(Pcie, of, profile.PcieReceive, ("direction", "receive"));
        page.Add(Nvlink, of, profile.NvlinkTransmit, ("direction", "transmit"));
        page.Add(Nvlink, of, profile.NvlinkReceive, ("direction", "receive"));
    }

    private static MetricFamily PerGpu(string name, string help, params string[] labels) =>
        GpuFamilies.PerGpu("profile_" + name, help, labels);
}
