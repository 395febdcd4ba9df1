using System.Text.RegularExpressions;

namespace FleetExporter.Parsing;

/// <summary>A field of <c>--query-gpu</c>: our name, which is the newest, and the other spellings that some driver accepts or prints.</summary>
internal sealed record GpuField(string Name, params IReadOnlyList<string> Aliases)
{
    /// <summary>Newest name first: the first that a driver's help lists is the one to ask for.</summary>
    public IReadOnlyList<string> Spellings { get; } = [Name, .. Aliases];
}

/// <summary>
/// The fields asked of nvidia-smi. One unknown field fails the whole query, so ask for what <see cref="Select"/> finds in its help.
/// </summary>
internal static partial class GpuFields
{
    /// <summary>Everything we read, in the order in which it is asked.</summary>
    public static IReadOnlyList<GpuField> Wanted { get; } =
    [
        new("index"),
        new("uuid", "gpu_uuid"),
        new("name", "gpu_name"),
        new("driver_version"),
        new("pci.bus_id", "gpu_bus_id"),
        new("compute_cap"),
        new("pstate"),
        new("utilization.gpu"),
        new("utilization.memory"),
        new("memory.total"),
        new("memory.used"),
        new("memory.free"),
        new("temperature.gpu"),
        new("power.draw"),
        // What an operator set. enforced.power.limit is lower while another limiter is at work, which the throttle reasons say.
        new("power.limit", "gpu.power.requested_limit"),
        new("fan.speed"),
        new("clocks.current.sm", "clocks.sm"),
        new("clocks.current.memory", "clocks.mem"),
        new("clocks.current.graphics", "clocks.gr"),
        new("clocks.current.video", "clocks.video"),
        new("clocks.max.sm"),
        new("clocks.max.memory", "clocks.max.mem"),
        new("clocks.max.graphics", "clocks.max.gr"),
        Throttle("gpu_idle"),
        Throttle("applications_clocks_setting"),
        Throttle("sw_power_cap"),
        Throttle("hw_slowdown"),
        Throttle("hw_thermal_slowdown"),
        Throttle("hw_power_brake_slowdown"),
        Throttle("sw_thermal_slowdown"),
        Throttle("sync_boost"),
        // Aggregate and not volatile: it is kept on the board, so a reboot or a driver reload neither resets it nor hides what it caused.
        new("ecc.errors.uncorrected.aggregate.total"),
        new("gpu_recovery_action"),
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

    /// <summary>The few that every driver knows: what to ask when the help text cannot be had.</summary>
    public static IReadOnlyList<GpuField> Base { get; } = [.. Wanted.Where(field => BaseNames.Contains(field.Name))];

    /// <summary>Our name of a field, an alias or a header cell such as <c>memory.total [MiB]</c>; null for a field that we do not read.</summary>
    public static string? Canonical(string name) => CanonicalNames.GetValueOrDefault(WithoutUnit(name));

    /// <summary>The wanted fields that a driver knows, in its own spelling and in our order.</summary>
    public static IReadOnlyList<string> Select(IReadOnlySet<string> valid) =>
        [.. Wanted.Select(field => field.Spellings.FirstOrDefault(valid.Contains)).OfType<string>()];

    /// <summary>Parses <c>nvidia-smi --help-query-gpu</c>.</summary>
    /// <param name="helpText">One quoted line per field, <c>"a"</c> or <c>"a" or "b"</c>, between paragraphs of prose that quote values too.</param>
    /// <returns>Every spelling that the driver accepts.</returns>
    /// <exception cref="ToolFailureException">No field is listed: the text is a known error, or is not understood.</exception>
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
