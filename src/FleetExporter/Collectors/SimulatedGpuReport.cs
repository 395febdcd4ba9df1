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
                </temperature></gpu>

                """);
        }

        return xml.Append("</nvidia_smi_log>").ToString();
    }

    private static string Limit(int celsius) => celsius > 0 ? $"{celsius} C" : "N/A";
}
