using System.Globalization;
using System.Text;

namespace FleetExporter.Collectors;

/// <summary>The part of <c>nvidia-smi -q -x</c> that the exporter parses, for simulated GPUs.</summary>
internal static class SimulatedGpuReport
{
    public static string Of(SimulatedGpu model, IReadOnlyList<string> uuids)
    {
        var xml = new StringBuilder($"<?xml version=\"1.0\" ?>\n<nvidia_smi_log>\n<driver_version>{model.Driver}</driver_version>\n"
            + $"<cuda_version>{model.Cuda}</cuda_version>\n");
        foreach (var uuid in uuids)
        {
            xml.Append(CultureInfo.InvariantCulture, $"""
                <gpu id="simulated"><uuid>{uuid}</uuid><temperature>
                <gpu_temp_max_threshold>{Limit(model.ShutdownCelsius)}</gpu_temp_max_threshold>
                <gpu_temp_slow_threshold>{Limit(model.SlowdownCelsius)}</gpu_temp_slow_threshold>
                </temperature>{Bar1(model)}{Repairs(model)}</gpu>

                """);
        }

        return xml.Append("</nvidia_smi_log>").ToString();
    }

    private static string Bar1(SimulatedGpu model) => model.Bar1Mib is { } total
        ? $"<pci><replay_counter>0</replay_counter></pci>\n"
            + $"<bar1_memory_usage><total>{total} MiB</total><used>{total / 64} MiB</used></bar1_memory_usage>\n"
        : "";

    private static string Repairs(SimulatedGpu model) => model.Ecc
        ? "<remapped_rows><remapped_row_corr>1</remapped_row_corr><remapped_row_unc>0</remapped_row_unc>"
            + "<remapped_row_pending>No</remapped_row_pending><remapped_row_failure>No</remapped_row_failure></remapped_rows>"
        : "<remapped_rows>N/A</remapped_rows>";

    private static string Limit(int celsius) => celsius > 0 ? $"{celsius} C" : "N/A";
}
