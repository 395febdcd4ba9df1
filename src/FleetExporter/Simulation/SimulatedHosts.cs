using FleetExporter.Collectors;

namespace FleetExporter.Simulation;

/// <summary>The simulated hosts of a mixed fleet, and their answers.</summary>
internal static class SimulatedHosts
{
    /// <summary>The kinds of hosts that answer.</summary>
    public static IReadOnlyList<string> Kinds { get; } =
        [.. Enumerable.Range(0, 10).Select(At).Where(host => host.Reachable).Select(host => host.Kind).Distinct().Order(StringComparer.Ordinal)];

    /// <summary>The n-th host of a mixed fleet: every tenth is unreachable, another tenth has lost a GPU.</summary>
    public static SimulatedHost At(int n) => (n % 10) switch
    {
        0 or 6 => new("dgx-spark", "NVIDIA DGX Spark", "Ubuntu 24.04.3 LTS", "aarch64", 20, 119, n) { Gpu = SimulatedGpu.Gb10, GpuCount = 1 },
        1 or 5 => new("rtx-3090", "", "Ubuntu 24.04.1 LTS", "x86_64", 16, 64, n) { Gpu = SimulatedGpu.Rtx3090, GpuCount = 1 },
        2 or 8 => GpuServer(n),
        7 => GpuServer(n) with { LostGpu = 3 },
        3 => new("raspberry-pi", "Raspberry Pi 5 Model B Rev 1.0", "Debian GNU/Linux 12 (bookworm)", "aarch64", 4, 8, n),
        4 => new("pve", "ProLiant DL380 Gen10", "Debian GNU/Linux 12 (bookworm)", "x86_64", 48, 256, n),
        _ => new("offline", "", "", "x86_64", 1, 1, n) { Reachable = false },
    };

    /// <summary>Status and body of a section.</summary>
    public static (int Status, string Body) Answer(this SimulatedHost host, string section, DateTimeOffset now)
    {
        // The section that looks for a hung nvidia-smi belongs to no collector.
        var body = section == "hung" ? "" : CollectorCatalog.Find(section)?.Simulate(host, now);
        return body is null ? (127, "") : (0, body);
    }

    private static SimulatedHost GpuServer(int n) =>
        new("gpu-server", "NVIDIA DGX H100", "Ubuntu 22.04.5 LTS", "x86_64", 224, 2015, n) { Gpu = SimulatedGpu.H100, GpuCount = 8 };
}
