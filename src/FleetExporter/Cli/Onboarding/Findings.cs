using System.Globalization;
using FleetExporter.Collectors;

namespace FleetExporter.Cli.Onboarding;

/// <summary>A reading in a few words.</summary>
internal static class Findings
{
    private const double Gibi = 1024.0 * 1024 * 1024;

    public static string Of(Reading reading) => reading switch
    {
        SystemReading { System: var s } => $"{s.Os ?? "unknown system"}, {s.Kernel}, {s.Architecture}",
        VitalsReading { Vitals: var v } =>
            string.Create(CultureInfo.InvariantCulture, $"{v.Memory.Total / Gibi:0.0} GiB of memory, load {v.Load?.One:0.00}"),
        TemperatureReading t => Count(t.Sensors.Count, "sensor"),
        TmuxReading t => Count(t.Servers.Sum(s => s.Sessions.Count), "session"),
        SystemdReading s => string.Join(", ", s.Units.Units.Select(u => $"{u.Id} {u.ActiveState}")),
        FilesystemReading f => string.Join(", ", f.Filesystems.Select(m => m.Mountpoint).Take(5)),
        GpuReading g => string.Join(", ", g.Gpus.GroupBy(gpu => gpu.Name).Select(k => $"{k.Count()} × {k.Key}")),
        GpuProcessesReading p => Count(p.Processes.Count, "process", "processes"),
        GpuDetailsReading d => $"CUDA {d.Report.CudaVersion ?? "unknown"}",
        XidReading x => Count(x.Xids.Count, "XID error"),
        _ => "",
    };

    private static string Count(int count, string one, string? many = null) => count == 1 ? $"1 {one}" : $"{count} {many ?? one + "s"}";
}
