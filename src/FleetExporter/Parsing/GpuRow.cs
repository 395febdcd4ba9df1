using System.Collections.Concurrent;

namespace FleetExporter.Parsing;

/// <summary>Parses one row of a query; columns of unknown fields are ignored.</summary>
internal sealed class GpuRow
{
    /// <summary>Shared by all GPUs.</summary>
    private static readonly (string Field, ThrottleReason On, ThrottleReason Off)[] Throttles =
    [
        .. GpuFields.Wanted.Select(field => field.Name).Where(name => name.StartsWith("clocks_event_reasons.", StringComparison.Ordinal))
            .Select(name => (Field: name, Reason: name[(name.IndexOf('.', StringComparison.Ordinal) + 1)..]))
            .Select(t => (t.Field, new ThrottleReason(t.Reason, true), new ThrottleReason(t.Reason, false))),
    ];

    private static readonly string[] Numbers =
    [
        "utilization.gpu", "utilization.memory", "memory.total", "memory.used", "memory.free", "temperature.gpu", "power.draw", "power.limit",
        "fan.speed", "clocks.current.sm", "clocks.current.memory", "clocks.current.graphics", "clocks.current.video", "clocks.max.sm",
        "clocks.max.memory", "clocks.max.graphics", "temperature.memory", "pcie.link.gen.gpucurrent", "pcie.link.width.current",
    ];

    private const int MaxTexts = 1000;

    private static readonly ConcurrentDictionary<string, string> Texts = new(StringComparer.Ordinal);

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

    /// <summary>Null when cells are in the wrong columns, as in a banner with the right number of commas or a truncated row.</summary>
    public Gpu? Read() => IsValid("index", cell => Cell.Integer(cell) is not null)
        && IsValid("uuid", cell => cell.StartsWith("GPU-", StringComparison.OrdinalIgnoreCase))
        && IsValid("pstate", cell => Cell.PState(cell) is not null)
        && HasNumbers()
            ? Convert()
            : null;

    private Gpu Convert() => new()
    {
        Index = Cell.Integer(At("index")),
        Uuid = Cell.Text(At("uuid")),
        Name = Shared(Cell.Text(At("name"))),
        DriverVersion = Shared(Cell.Text(At("driver_version"))),
        PciBusId = Cell.Text(At("pci.bus_id")) is { } bus ? PciBusId.Normalise(bus) ?? bus : null,
        ComputeCapability = Shared(Cell.Text(At("compute_cap"))),
        PState = Cell.PState(At("pstate")),
        Utilization = Cell.Ratio(At("utilization.gpu")),
        MemoryUtilization = Cell.Ratio(At("utilization.memory")),
        MemoryTotalBytes = Cell.Bytes(At("memory.total")),
        MemoryNotSupported = Cell.IsNotSupported(At("memory.total")),
        MemoryUsedBytes = Fault is null ? Cell.Bytes(At("memory.used")) : null,
        MemoryFreeBytes = Fault is null ? Cell.Bytes(At("memory.free")) : null,
        MemoryReservedBytes = Fault is null ? Cell.Bytes(At("memory.reserved")) : null,
        Engines = new GpuEngines
        {
            Encoder = Cell.Ratio(At("utilization.encoder")),
            Decoder = Cell.Ratio(At("utilization.decoder")),
            Jpeg = Cell.Ratio(At("utilization.jpeg")),
            Ofa = Cell.Ratio(At("utilization.ofa")),
        },
        TemperatureCelsius = Cell.Celsius(At("temperature.gpu")),
        MemoryTemperatureCelsius = Cell.Celsius(At("temperature.memory")),
        PowerDrawWatts = Cell.Watts(At("power.draw")),
        PowerLimitWatts = Cell.Watts(At("power.limit")),
        PowerEnforcedLimitWatts = Cell.Watts(At("enforced.power.limit")),
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
        Pcie = new PcieLink
        {
            Generation = Cell.Integer(At("pcie.link.gen.gpucurrent")),
            Width = Cell.Integer(At("pcie.link.width.current")),
            MaxGeneration = Cell.Integer(At("pcie.link.gen.max")),
            MaxWidth = Cell.Integer(At("pcie.link.width.max")),
        },
        ThrottleReasons = [.. Throttles.Select(Throttle).OfType<ThrottleReason>()],
        EccCorrected = Cell.Count(At("ecc.errors.corrected.aggregate.total")),
        EccUncorrected = Cell.Count(At("ecc.errors.uncorrected.aggregate.total")),
        RecoveryAction = Shared(Cell.Text(At("gpu_recovery_action"))),
        FabricState = Shared(Cell.Text(At("fabric.state"))),
        FabricStatus = Shared(Cell.Text(At("fabric.status"))),
        MigEnabled = Cell.Flag(At("mig.mode.current"), "Enabled", "Disabled"),
        Fault = Fault,
    };

    /// <summary>The same text of all GPUs as one string, while there is room: readings live until the next poll.</summary>
    private static string? Shared(string? text) =>
        text is null ? null
        : Texts.TryGetValue(text, out var known) ? known
        : Texts.Count < MaxTexts ? Texts.GetOrAdd(text, text) : text;

    private string? At(string name) => _columns.At(_cells, name);

    private bool IsValid(string name, Func<string, bool> isValid) =>
        At(name) is not { } cell || Cell.IsMissing(cell) || isValid(cell);

    /// <summary>Where numbers were queried, a row of missing values is a GPU; a row of words is not.</summary>
    private bool HasNumbers()
    {
        var wereQueried = false;
        foreach (var name in Numbers)
        {
            if (At(name) is { } cell)
            {
                wereQueried = true;
                if (Cell.IsMissing(cell) || cell.AsSpan().ContainsAnyInRange('0', '9'))
                {
                    return true;
                }
            }
        }

        return !wereQueried;
    }

    private ThrottleReason? Throttle((string Field, ThrottleReason On, ThrottleReason Off) throttle) =>
        Cell.Flag(At(throttle.Field), "Active", "Not Active") is { } active ? active ? throttle.On : throttle.Off : null;
}
