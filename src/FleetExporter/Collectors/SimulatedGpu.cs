using System.Globalization;

namespace FleetExporter.Collectors;

/// <summary>A GPU model of simulated hosts with its constant values; null is a value that its driver does not report.</summary>
/// <param name="TotalMib">Null: memory is unified with the host's.</param>
/// <param name="IdleWatts">Power without load.</param>
/// <param name="FullWatts">Power under full load.</param>
/// <param name="MemoryClock">MHz, constant under load.</param>
internal sealed record SimulatedGpu(
    string Name, string Driver, string Cuda, string ComputeCapability, int? TotalMib, int? LimitWatts, double IdleWatts, double FullWatts, bool Fan,
    int MaxClock, int? MemoryClock, bool Ecc, int SlowdownCelsius, int ShutdownCelsius)
{
    // Constant values from captures of an H100 (driver 590.48.01) and an RTX 3090 (525.147.05), and from published output of a GB10 (580.126.09).
    public static readonly SimulatedGpu H100 = new(
        "NVIDIA H100 80GB HBM3", "590.48.01", "13.1", "9.0", 81559, 700, 70, 690, false, 1980, 2619, true, 89, 94)
    {
        Hbm = true,
        Fabric = true,
        Bar1Mib = 131072,
        Pcie = new(5, 5, 16, 16),
    };
    public static readonly SimulatedGpu Rtx3090 = new(
        "NVIDIA GeForce RTX 3090", "525.147.05", "12.0", "8.6", 24576, 350, 27, 345, true, 2100, 9751, false, 95, 98)
    {
        Bar1Mib = 32768,
        Pcie = new(1, 4, 16, 16),
    };
    public static readonly SimulatedGpu Gb10 = new("NVIDIA GB10", "580.126.09", "13.0", "12.1", null, null, 11, 58, false, 2418, null, false, 0, 0)
    {
        Pcie = new(1, 1, 1, 16),
    };

    /// <summary>Memory reserved by the driver: neither used nor free.</summary>
    private const int ReservedMib = 249;

    private const string Absent = "[N/A]";

    /// <summary>Its memory has a temperature sensor.</summary>
    public bool Hbm { get; init; }

    /// <summary>Linked by NVLink switches.</summary>
    public bool Fabric { get; init; }

    /// <summary>Null: not reported.</summary>
    public int? Bar1Mib { get; init; }
    public required SimulatedLink Pcie { get; init; }

    public static string Fields =>
        "index,uuid,name,driver_version,pci.bus_id,compute_cap,pstate,utilization.gpu,memory.total,memory.used,memory.free,temperature.gpu,"
        + "power.draw,power.limit,fan.speed,clocks.current.sm,clocks.current.memory,clocks.max.sm,clocks_event_reasons.gpu_idle,"
        + "clocks_event_reasons.sw_power_cap,clocks_event_reasons.hw_thermal_slowdown,ecc.errors.uncorrected.aggregate.total,gpu_recovery_action,"
        + "utilization.memory,utilization.encoder,utilization.decoder,utilization.jpeg,utilization.ofa,memory.reserved,temperature.memory,"
        + "enforced.power.limit,pcie.link.gen.gpucurrent,pcie.link.gen.max,pcie.link.width.current,pcie.link.width.max,"
        + "ecc.errors.corrected.aggregate.total,fabric.state,fabric.status";

    /// <summary>One row of <c>--query-gpu</c>, csv,noheader,nounits.</summary>
    public string Row(int index, string uuid, int seed, DateTimeOffset now)
    {
        var load = SimulatedWave.At(now, seed, -0.25, 1.05);
        var busy = Math.Clamp(load, 0, 1);
        var decoding = SimulatedWave.At(now, seed + 1, 0, 1) * busy;
        string[] cells =
        [
            Text(index), uuid, Name, Driver, $"00000000:{0x10 + index:X2}:00.0", ComputeCapability, busy > 0.02 ? "P0" : "P8",
            Text(Math.Round(busy * 100)), Text(TotalMib), Text(TotalMib is { } total ? UsedMib(total, busy) : null),
            Text(TotalMib is { } all ? all - UsedMib(all, busy) - ReservedMib : null), Text(Math.Round(34 + (busy * 42))),
            (IdleWatts + ((FullWatts - IdleWatts) * busy)).ToString("0.00", CultureInfo.InvariantCulture), Limit,
            Fan ? Text(Math.Round(busy * 80)) : Absent,
            Text(Math.Round(210 + ((MaxClock - 210) * busy))), Text(MemoryClock), Text(MaxClock),
            Active(busy < 0.02), Active(busy > 0.97), Active(false),
            Ecc ? "0" : Absent, "None",
            TotalMib is null ? Absent : Text(Math.Round(busy * 40)), Text(Math.Round(decoding * 30)), Text(Math.Round(decoding * 60)),
            Text(Hbm ? Math.Round(decoding * 20) : null), Text(Hbm ? 0 : null), Text(TotalMib is null ? null : ReservedMib),
            Text(Hbm ? Math.Round(38 + (busy * 35)) : null), Limit, Text(busy > 0.02 ? Pcie.MaxGeneration : Pcie.IdleGeneration),
            Text(Pcie.MaxGeneration), Text(Pcie.Width), Text(Pcie.MaxWidth), Text(Ecc ? seed % 3 : null), Fabric ? "Completed" : "N/A",
            Fabric ? "Success" : "N/A",
        ];
        return string.Join(", ", cells);
    }

    /// <summary>Memory used by the GPU's processes, in MiB.</summary>
    public int HeldMib(int seed, DateTimeOffset now) => UsedMib(TotalMib ?? 60_000, Math.Clamp(SimulatedWave.At(now, seed, -0.25, 1.05), 0, 1));

    public static string LostRow(int index) => $"{index}{string.Concat(Enumerable.Repeat(", [GPU is lost]", Fields.Count(c => c == ',')))}";

    private string Limit => LimitWatts?.ToString("0.00", CultureInfo.InvariantCulture) ?? Absent;

    private static int UsedMib(int total, double busy) => (int)(total * (0.05 + (0.8 * Math.Sqrt(busy))));

    private static string Text(double? value) => value?.ToString(CultureInfo.InvariantCulture) ?? Absent;

    private static string Active(bool active) => active ? "Active" : "Not Active";
}

/// <summary>The PCIe link of a simulated GPU; widths in lanes.</summary>
/// <param name="IdleGeneration">While the GPU is idle.</param>
internal sealed record SimulatedLink(int IdleGeneration, int MaxGeneration, int Width, int MaxWidth);
