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
        "NVIDIA H100 80GB HBM3", "590.48.01", "13.1", "9.0", 81559, 700, 70, 690, false, 1980, 2619, true, 89, 94);
    public static readonly SimulatedGpu Rtx3090 = new(
        "NVIDIA GeForce RTX 3090", "525.147.05", "12.0", "8.6", 24576, 350, 27, 345, true, 2100, 9751, false, 95, 98);
    public static readonly SimulatedGpu Gb10 = new("NVIDIA GB10", "580.126.09", "13.0", "12.1", null, null, 11, 58, false, 2418, null, false, 0, 0);

    /// <summary>Memory reserved by the driver: neither used nor free.</summary>
    private const int ReservedMib = 249;

    private const string Absent = "[N/A]";

    public static string Fields =>
        "index,uuid,name,driver_version,pci.bus_id,compute_cap,pstate,utilization.gpu,memory.total,memory.used,memory.free,temperature.gpu,"
        + "power.draw,power.limit,fan.speed,clocks.current.sm,clocks.current.memory,clocks.max.sm,clocks_event_reasons.gpu_idle,"
        + "clocks_event_reasons.sw_power_cap,clocks_event_reasons.hw_thermal_slowdown,ecc.errors.uncorrected.aggregate.total,gpu_recovery_action";

    /// <summary>One row of <c>--query-gpu</c>, csv,noheader,nounits.</summary>
    public string Row(int index, string uuid, int seed, DateTimeOffset now)
    {
        var load = SimulatedWave.At(now, seed, -0.25, 1.05);
        var busy = Math.Clamp(load, 0, 1);
        string[] cells =
        [
            Text(index), uuid, Name, Driver, $"00000000:{0x10 + index:X2}:00.0", ComputeCapability, busy > 0.02 ? "P0" : "P8",
            Text(Math.Round(busy * 100)), Text(TotalMib), Text(TotalMib is { } total ? UsedMib(total, busy) : null),
            Text(TotalMib is { } all ? all - UsedMib(all, busy) - ReservedMib : null), Text(Math.Round(34 + (busy * 42))),
            (IdleWatts + ((FullWatts - IdleWatts) * busy)).ToString("0.00", CultureInfo.InvariantCulture),
            LimitWatts is { } limit ? limit.ToString("0.00", CultureInfo.InvariantCulture) : Absent, Fan ? Text(Math.Round(busy * 80)) : Absent,
            Text(Math.Round(210 + ((MaxClock - 210) * busy))), Text(MemoryClock), Text(MaxClock),
            Active(busy < 0.02), Active(busy > 0.97), Active(false),
            Ecc ? "0" : Absent, "None",
        ];
        return string.Join(", ", cells);
    }

    /// <summary>Memory used by the GPU's processes, in MiB.</summary>
    public int HeldMib(int seed, DateTimeOffset now) => UsedMib(TotalMib ?? 60_000, Math.Clamp(SimulatedWave.At(now, seed, -0.25, 1.05), 0, 1));

    public static string LostRow(int index) => $"{index}{string.Concat(Enumerable.Repeat(", [GPU is lost]", Fields.Count(c => c == ',')))}";

    private static int UsedMib(int total, double busy) => (int)(total * (0.05 + (0.8 * Math.Sqrt(busy))));

    private static string Text(double? value) => value?.ToString(CultureInfo.InvariantCulture) ?? Absent;

    private static string Active(bool active) => active ? "Active" : "Not Active";
}
