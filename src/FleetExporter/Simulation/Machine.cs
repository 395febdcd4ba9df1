using System.Globalization;
using FleetExporter.Config;

namespace FleetExporter.Simulation;

/// <summary>A simulated machine: what it is, and what it answers to each word of a tick.</summary>
public sealed class Machine
{
    private readonly GpuModel? _model;
    private readonly int _gpus;
    private readonly int? _lost;
    private readonly int _seed;
    private readonly SimulatedSessions _sessions;

    private Machine(
        string kind, string model, string os, string arch, int cpus, int memoryGib,
        int seed, GpuModel? gpuModel = null, int gpus = 0, int? lost = null)
    {
        Kind = kind;
        Model = model;
        Os = os;
        Architecture = arch;
        Cpus = cpus;
        MemoryKib = memoryGib * 1024L * 1024;
        _seed = seed;
        _model = gpuModel;
        _gpus = gpus;
        _lost = lost;
        _sessions = new SimulatedSessions(seed, gpus > 0);
    }

    public string Kind { get; }

    public bool Reachable { get; private init; } = true;

    public DateTimeOffset Booted { get; } = DateTimeOffset.UnixEpoch.AddDays(20_000);

    /// <summary>Asked only of the host on which the simulated targets run.</summary>
    private static string Units { get; } =
        $"U0:system\n{Unit(SimulatedTargets.TunnelUnit)}{Unit(SimulatedTargets.LabUnit)}U0:user\n{Unit(SimulatedTargets.HeartbeatUnit)}";

    private string Model { get; }

    private string Os { get; }

    private string Architecture { get; }

    private int Cpus { get; }

    private long MemoryKib { get; }

    /// <summary>The n-th machine of a mixed fleet: every tenth is not reachable, every tenth has lost a GPU.</summary>
    public static Machine At(int n) => (n % 10) switch
    {
        0 or 6 => new("dgx-spark", "NVIDIA DGX Spark", "Ubuntu 24.04.3 LTS", "aarch64", 20, 119, n, GpuModel.Gb10, 1),
        1 or 5 => new("rtx-3090", "", "Ubuntu 24.04.1 LTS", "x86_64", 16, 64, n, GpuModel.Rtx3090, 1),
        2 or 8 => new("gpu-server", "NVIDIA DGX H100", "Ubuntu 22.04.5 LTS", "x86_64", 224, 2015, n, GpuModel.H100, 8),
        7 => new("gpu-server", "NVIDIA DGX H100", "Ubuntu 22.04.5 LTS", "x86_64", 224, 2015, n, GpuModel.H100, 8, lost: 3),
        3 => new("raspberry-pi", "Raspberry Pi 5 Model B Rev 1.0", "Debian GNU/Linux 12 (bookworm)", "aarch64", 4, 8, n),
        4 => new("pve", "ProLiant DL380 Gen10", "Debian GNU/Linux 12 (bookworm)", "x86_64", 48, 256, n),
        _ => new("offline", "", "", "x86_64", 1, 1, n) { Reachable = false },
    };

    /// <summary>A section's status and body.</summary>
    public (int Status, string Body) Answer(string word, DateTimeOffset now) => word switch
    {
        "system" => (0, System(now)),
        "host" => (0, Host(now)),
        "temperature" => (0, $"T{Text(Wave.At(now, _seed + 3, 38_000, 71_000))}:95000:100000:coretemp:Package id 0"),
        "filesystem" => (0, "Filesystem Type 1-blocks Used Available Capacity Mounted on\n"
            + $"/dev/nvme0n1p2 ext4 1967317549056 {Text(Wave.At(now, _seed, 9e11, 1.1e12))} {Text(Wave.At(now, _seed, 6e11, 8e11))} 60% /"),
        "tmux" => (0, _sessions.Body(now, Booted)),
        "gpu" when _model is not null => (0, $"fields={GpuModel.Fields}\n{string.Join('\n', Enumerable.Range(0, _gpus).Select(i => Row(i, now)))}"),
        "gpu_processes" when _model is not null =>
            (0, string.Join('\n', Enumerable.Range(0, _gpus).Where(i => i != _lost).Select(i => Process(_model, i, now)))),
        "gpu_details" when _model is not null => (0, SimulatedReport.Of(_model, [.. Enumerable.Range(0, _gpus).Where(i => i != _lost).Select(Uuid)])),
        "xid" => (0, _lost is { } gpu ? $"[ 4242.000000] NVRM: Xid (PCI:0000:{0x10 + gpu:x2}:00): 79, GPU has fallen off the bus." : ""),
        "systemd" => (0, Units),
        "hung" => (0, ""),
        _ => (127, ""),
    };

    private string System(DateTimeOffset now) => $"""
        os={Os}
        kernel=6.8.0-simulated
        arch={Architecture}
        model={Model}
        cpus={Cpus}
        btime={Booted.ToUnixTimeSeconds()}
        pagesize=4096
        user=fleet
        tools=tmux{(_model is null ? "" : " nvidia-smi")}
        boot_id=simulated-{_seed}
        clock={(now.ToUnixTimeMilliseconds() / 1000.0).ToString("0.000", CultureInfo.InvariantCulture)}
        """;

    private string Host(DateTimeOffset now)
    {
        // The counters are the integral of a busy share that swings around 40 %: they only rise.
        var ticks = (now - Booted).TotalSeconds * 100 * Cpus;
        var busy = (ticks * 0.4) + (Wave.At(now, _seed + 1, 0, 1) * 100 * Cpus * 12);
        var available = MemoryKib * Wave.At(now, _seed + 2, 0.25, 0.8);
        var load = Wave.At(now, _seed + 1, 0.1, Cpus);
        var bytes = (now - Booted).TotalSeconds * 2_000_000;
        return string.Create(CultureInfo.InvariantCulture, $"""
            cpu  {busy * 0.8:0} 0 {busy * 0.2:0} {ticks - busy:0} 0 0 0 0 0 0
            MemTotal:{MemoryKib}
            MemFree:{available * 0.7:0}
            MemAvailable:{available:0}
            SwapTotal:8388604
            SwapFree:8388604
            load:{load:0.00} {load * 0.9:0.00} {load * 0.8:0.00} 3/900 4242
            pressure:cpu:some avg10={Wave.At(now, _seed, 0, 9):0.00} avg60=2.00 avg300=1.00 total=1
            pressure:memory:some avg10=0.00 avg60=0.00 avg300=0.00 total=1
            pressure:io:some avg10={Wave.At(now, _seed + 4, 0, 5):0.00} avg60=0.50 avg300=0.20 total=1
            net:  eth0: {bytes:0} 1 0 0 0 0 0 0 {bytes / 3:0} 1 0 0 0 0 0 0
            """);
    }

    private static string Unit(UnitName unit) => $"Id={unit.Name}\nLoadState=loaded\nActiveState=active\nSubState=running\nNRestarts=0\n\n";

    private string Row(int gpu, DateTimeOffset now) => gpu == _lost ? GpuModel.LostRow(gpu) : _model!.Row(gpu, Uuid(gpu), (_seed * 10) + gpu, now);

    /// <summary>The first GPU's process is the one of the first session's pane.</summary>
    private string Process(GpuModel model, int gpu, DateTimeOffset now) =>
        $"{Uuid(gpu)}, {SimulatedSessions.FirstPid + gpu}, {(gpu % 2 == 0 ? "VLLM::EngineCore" : "/usr/bin/python3.12")}, "
            + $"{model.HeldMib((_seed * 10) + gpu, now)}";

    private string Uuid(int gpu) => $"GPU-{_seed:x8}-51a0-4000-8000-{gpu:x12}";

    private static string Text(double value) => value.ToString("0", CultureInfo.InvariantCulture);
}
