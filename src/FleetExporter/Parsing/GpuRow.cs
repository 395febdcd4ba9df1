namespace FleetExporter.Parsing;

/// <summary>Reads one row of a query through its fields; columns of fields that we do not know are ignored.</summary>
internal sealed class GpuRow
{
    private static readonly string[] Throttles =
        [.. GpuFields.Wanted.Select(field => field.Name).Where(name => name.StartsWith("clocks_event_reasons.", StringComparison.Ordinal))];

    private static readonly string[] Numbers =
    [
        "utilization.gpu", "utilization.memory", "memory.total", "memory.used", "memory.free", "temperature.gpu", "power.draw", "power.limit",
        "fan.speed", "clocks.current.sm", "clocks.current.memory", "clocks.current.graphics", "clocks.current.video", "clocks.max.sm",
        "clocks.max.memory", "clocks.max.graphics",
    ];

    private readonly GpuColumns _columns;
    private readonly string[] _cells;

    public GpuRow(GpuColumns columns, string[] cells)
    {
        _columns = columns;
        _cells = cells;
        Fault = cells.Contains("[GPU is lost]", StringComparer.OrdinalIgnoreCase) ? GpuFault.Lost
            : cells.Contains("[GPU requires reset]", StringComparer.OrdinalIgnoreCase) ? GpuFault.ResetRequired
            : null;
    }

    private GpuFault? Fault { get; }

    /// <summary>Null when cells do not stand where they should: a banner with the right number of commas, a name with a comma in a cut row.</summary>
    public Gpu? Read() => Shaped("index", cell => Cell.Integer(cell) is not null)
        && Shaped("uuid", cell => cell.StartsWith("GPU-", StringComparison.OrdinalIgnoreCase))
        && Shaped("pstate", cell => Cell.PState(cell) is not null)
        && HasNumbers()
            ? Convert()
            : null;

    private Gpu Convert() => new()
    {
        Index = Cell.Integer(At("index")),
        Uuid = Cell.Text(At("uuid")),
        Name = Cell.Text(At("name")),
        DriverVersion = Cell.Text(At("driver_version")),
        PciBusId = Cell.Text(At("pci.bus_id")) is { } bus ? PciBusId.Normalise(bus) ?? bus : null,
        ComputeCapability = Cell.Text(At("compute_cap")),
        PState = Cell.PState(At("pstate")),
        Utilization = Cell.Ratio(At("utilization.gpu")),
        MemoryUtilization = Cell.Ratio(At("utilization.memory")),
        MemoryTotalBytes = Cell.Bytes(At("memory.total")),
        MemoryNotSupported = Cell.IsNotSupported(At("memory.total")),
        MemoryUsedBytes = Fault is null ? Cell.Bytes(At("memory.used")) : null,
        MemoryFreeBytes = Fault is null ? Cell.Bytes(At("memory.free")) : null,
        TemperatureCelsius = Cell.Celsius(At("temperature.gpu")),
        PowerDrawWatts = Cell.Watts(At("power.draw")),
        PowerLimitWatts = Cell.Watts(At("power.limit")),
        FanRatio = Cell.Ratio(At("fan.speed"), maxPercent: 200),
        Clocks = new GpuClocks
        {
            Sm = Cell.Hertz(At("clocks.current.sm")),
            Memory = Cell.Hertz(At("clocks.current.memory")),
            Graphics = Cell.Hertz(At("clocks.current.graphics")),
            Video = Cell.Hertz(At("clocks.current.video")),
            MaxSm = Cell.Hertz(At("clocks.max.sm")),
            MaxMemory = Cell.Hertz(At("clocks.max.memory")),
            MaxGraphics = Cell.Hertz(At("clocks.max.graphics")),
        },
        ThrottleReasons = [.. Throttles.Select(Throttle).OfType<ThrottleReason>()],
        EccUncorrected = Cell.Count(At("ecc.errors.uncorrected.aggregate.total")),
        RecoveryAction = Cell.Text(At("gpu_recovery_action")),
        MigEnabled = Either(At("mig.mode.current"), "Enabled", "Disabled"),
        Fault = Fault,
    };

    private string? At(string name) => _columns.At(_cells, name);

    private bool Shaped(string name, Func<string, bool> isShaped) =>
        At(name) is not { } cell || Cell.IsToken(cell) || isShaped(cell);

    /// <summary>Where numbers were asked for, a row of nothing but tokens is a GPU; a row of nothing but words is not.</summary>
    private bool HasNumbers()
    {
        var asked = Numbers.Select(At).OfType<string>().ToList();
        return asked.Count == 0 || asked.Exists(cell => Cell.IsToken(cell) || cell.Any(char.IsAsciiDigit));
    }

    private ThrottleReason? Throttle(string name) =>
        Either(At(name), "Active", "Not Active") is { } active ? new ThrottleReason(name[(name.IndexOf('.') + 1)..], active) : null;

    private static bool? Either(string? cell, string yes, string no) =>
        string.Equals(cell, yes, StringComparison.OrdinalIgnoreCase) ? true
        : string.Equals(cell, no, StringComparison.OrdinalIgnoreCase) ? false
        : null;
}
