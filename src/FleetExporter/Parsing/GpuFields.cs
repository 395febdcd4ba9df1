using System.Text.RegularExpressions;

namespace FleetExporter.Parsing;

/// <summary>A field of <c>--query-gpu</c>: its canonical name, which is the newest, and its aliases in other drivers.</summary>
internal sealed record GpuField(string Name, params IReadOnlyList<string> Aliases)
{
    /// <summary>Newest first; the query uses the first that the driver's help lists.</summary>
    public IReadOnlyList<string> Spellings { get; } = [Name, .. Aliases];

    /// <summary>Stays the same while the driver runs; dear to ask for, so not asked with every sample.</summary>
    public bool IsConstant { get; init; }
}

/// <summary>
/// Fields queried from nvidia-smi. One unknown field fails the query, so <see cref="Select"/> chooses those in its help.
/// </summary>
internal static partial class GpuFields
{
    /// <summary>All fields, in query order.</summary>
    public static IReadOnlyList<GpuField> Wanted { get; } =
    [
        new("index"),
        new("uuid", "gpu_uuid"),
        new("name", "gpu_name") { IsConstant = true },
        new("driver_version") { IsConstant = true },
        new("pci.bus_id", "gpu_bus_id") { IsConstant = true },
        new("compute_cap") { IsConstant = true },
        new("pstate"),
        new("utilization.gpu"),
        new("utilization.memory"),
        new("utilization.encoder"),
        new("utilization.decoder"),
        new("utilization.jpeg"),
        new("utilization.ofa"),
        new("memory.total"),
        new("memory.reserved"),
        new("memory.used"),
        new("memory.free"),
        new("temperature.gpu"),
        new("temperature.memory"),
        new("power.draw"),
        // The configured limit. The enforced one is lower while another limiter is active.
        new("power.limit", "gpu.power.requested_limit"),
        new("enforced.power.limit", "gpu.power.current_limit"),
        new("fan.speed"),
        new("clocks.current.sm", "clocks.sm"),
        new("clocks.current.memory", "clocks.mem"),
        new("clocks.current.graphics", "clocks.gr"),
        new("clocks.current.video", "clocks.video"),
        new("clocks.max.sm") { IsConstant = true },
        new("clocks.max.memory", "clocks.max.mem") { IsConstant = true },
        new("clocks.max.graphics", "clocks.max.gr") { IsConstant = true },
        new("pcie.link.gen.gpucurrent", "pcie.link.gen.current"),
        new("pcie.link.width.current"),
        new("pcie.link.gen.max") { IsConstant = true },
        new("pcie.link.width.max") { IsConstant = true },
        Throttle("gpu_idle"),
        Throttle("applications_clocks_setting"),
        Throttle("sw_power_cap"),
        Throttle("hw_slowdown"),
        Throttle("hw_thermal_slowdown"),
        Throttle("hw_power_brake_slowdown"),
        Throttle("sw_thermal_slowdown"),
        Throttle("sync_boost"),
        // Aggregate, not volatile: stored on the board and not reset by a reboot or a driver reload.
        new("ecc.errors.corrected.aggregate.total"),
        new("ecc.errors.uncorrected.aggregate.total"),
        new("gpu_recovery_action"),
        new("fabric.state"),
        new("fabric.status"),
        new("mig.mode.current"),
    ];

    private static readonly string[] BaseNames =
    [
        "index", "uuid", "name", "driver_version", "pci.bus_id", "pstate", "utilization.gpu", "memory.total", "memory.used",
        "temperature.gpu", "power.draw", "power.limit", "fan.speed",
    ];

    private static readonly Dictionary<string, string> CanonicalNames = Wanted
        .SelectMany(field => field.Spellings, (field, spelling) => (field.Name, spelling))
        .ToDictionary(pair => pair.spelling, pair => pair.Name, StringComparer.OrdinalIgnoreCase);

    private static readonly HashSet<string> ChangingSpellings =
        [.. Wanted.Where(field => !field.IsConstant).SelectMany(field => field.Spellings)];

    /// <summary>Fields that every driver supports, for when the help text is not available.</summary>
    public static IReadOnlyList<GpuField> Base { get; } = [.. Wanted.Where(field => BaseNames.Contains(field.Name))];

    /// <summary>Fields that change while the driver runs, in the spellings of a query that worked; other words are left out.</summary>
    public static IReadOnlyList<string> Changing(IEnumerable<string> queried) => [.. queried.Where(ChangingSpellings.Contains)];

    /// <summary>Canonical name of a field, alias or header cell such as <c>memory.total [MiB]</c>; null for other fields.</summary>
    public static string? Canonical(string name) => CanonicalNames.GetValueOrDefault(WithoutUnit(name));

    /// <summary>The wanted fields that the driver supports, in its spelling and in query order.</summary>
    public static IReadOnlyList<string> Select(IReadOnlySet<string> valid) =>
        [.. Wanted.Select(field => field.Spellings.FirstOrDefault(valid.Contains)).OfType<string>()];

    /// <summary>Parses <c>nvidia-smi --help-query-gpu</c>.</summary>
    /// <param name="helpText">One quoted line per field, <c>"a"</c> or <c>"a" or "b"</c>, between paragraphs that contain quoted values too.</param>
    /// <returns>Every spelling that the driver accepts.</returns>
    /// <exception cref="ToolFailureException">No field found: a known error, or unknown text.</exception>
    /// <remarks>Seen: help/, drivers 590.48.01, 595.80 and 610.57.04.</remarks>
    public static IReadOnlySet<string> Parse(string helpText)
    {
        var names = SmiText.Lines(helpText)
            .Where(line => FieldLine().IsMatch(line))
            .SelectMany(line => line.Split('"').Where((_, i) => i % 2 == 1))
            .ToHashSet(StringComparer.Ordinal);
        return names.Count > 0 ? names : throw SmiText.Failure(helpText);
    }

    internal static string WithoutUnit(string headerCell)
    {
        var unit = headerCell.IndexOf(" [", StringComparison.Ordinal);
        return (unit < 0 ? headerCell : headerCell[..unit]).Trim();
    }

    private static GpuField Throttle(string reason) => new($"clocks_event_reasons.{reason}", $"clocks_throttle_reasons.{reason}");

    [GeneratedRegex("""^"[A-Za-z0-9_.]+"(?: or "[A-Za-z0-9_.]+")*$""")]
    private static partial Regex FieldLine();
}
