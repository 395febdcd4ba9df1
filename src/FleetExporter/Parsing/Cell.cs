using System.Collections.Frozen;
using System.Globalization;

namespace FleetExporter.Parsing;

/// <summary>Parses one value of nvidia-smi, in CSV or XML. A missing value is null, never 0.</summary>
internal static class Cell
{
    private const double Mebi = 1024 * 1024;

    /// <summary>1 PiB: above any GPU, below the all-ones value that some drivers print for "not available".</summary>
    private const double MaxMebibytes = 1024.0 * 1024 * 1024;

    /// <summary>Most cells of a row; a row with more is not split further.</summary>
    private const int MaxCells = 256;

    /// <summary>What most cells are, as one string each: readings of many hosts have these cells again and again.</summary>
    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> Usual = FrozenSet.Create(
        StringComparer.Ordinal,
        ["", "N/A", "[N/A]", "[Not Supported]", "Active", "Not Active", "Enabled", "Disabled", "None", "Default", "0.00",
            .. Enumerable.Range(0, 1000).Select(n => n.ToString(CultureInfo.InvariantCulture)), .. Enumerable.Range(0, 16).Select(n => $"P{n}")])
        .GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>Splits a row. nvidia-smi does not quote, so a comma inside a value gives an extra cell.</summary>
    public static string[] Split(ReadOnlySpan<char> line)
    {
        Span<Range> ranges = stackalloc Range[MaxCells];
        var cells = new string[line.Split(ranges, ',', StringSplitOptions.TrimEntries)];
        for (var i = 0; i < cells.Length; i++)
        {
            var cell = line[ranges[i]];
            cells[i] = Usual.TryGetValue(cell, out var usual) ? usual : cell.ToString();
        }

        return cells;
    }

    /// <summary>The first cell of a row.</summary>
    public static string First(string line) => line.IndexOf(',', StringComparison.Ordinal) is >= 0 and var end ? line[..end].Trim() : line.Trim();

    /// <summary>Whether the cell has no value. Bracketed texts are NVML error strings, an open set.</summary>
    public static bool IsMissing(string? cell)
    {
        var text = cell?.Trim();
        return string.IsNullOrEmpty(text)
            || (text[0] == '[' && text[^1] == ']')
            || text.Equals("N/A", StringComparison.OrdinalIgnoreCase)
            || text.Equals("(empty)", StringComparison.OrdinalIgnoreCase)
            || text.Equals("ERR!", StringComparison.OrdinalIgnoreCase)
            || text.Equals("Not Supported", StringComparison.OrdinalIgnoreCase)
            || text.Equals("Unknown Error", StringComparison.OrdinalIgnoreCase)
            || text.StartsWith("Requested functionality has been deprecated", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Whether the device does not support the value, as opposed to a failed read.</summary>
    public static bool IsNotSupported(string? cell) => cell?.Trim().Trim('[', ']') is { } text
        && (text.Equals("N/A", StringComparison.OrdinalIgnoreCase) || text.Equals("Not Supported", StringComparison.OrdinalIgnoreCase));

    public static string? Text(string? cell) => IsMissing(cell) ? null : RemoteLimits.Name(cell!.Trim());

    public static double? Ratio(string? cell, double maxPercent = 100) => Number(cell, "%", 0, maxPercent) / 100;

    public static double? Bytes(string? cell) => Number(cell, "MiB", 0, MaxMebibytes) * Mebi;

    public static double? Celsius(string? cell) => Number(cell, "C", -50, 200);

    public static double? Watts(string? cell) => Number(cell, "W", 0, 1e6);

    public static double? Hertz(string? cell) => Number(cell, "MHz", 0, 1e6) * 1e6;

    public static double? Count(string? cell) => Number(cell, "", 0, 1e18);

    public static int? Integer(string? cell) =>
        int.TryParse(cell?.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : null;

    /// <summary>Null for any other word than these two.</summary>
    public static bool? Flag(string? cell, string yes, string no) =>
        string.Equals(cell?.Trim(), yes, StringComparison.OrdinalIgnoreCase) ? true
        : string.Equals(cell?.Trim(), no, StringComparison.OrdinalIgnoreCase) ? false
        : null;

    /// <summary><c>P0</c> (fastest) to <c>P15</c>.</summary>
    public static int? PState(string? cell) =>
        cell?.Trim() is ['P' or 'p', .. var digits] && Integer(digits) is >= 0 and <= 15 and var state ? state : null;

    /// <summary>Null for anything but a plain decimal number, with or without its unit, within the range.</summary>
    public static double? Number(string? cell, string unit, double min, double max)
    {
        if (cell is null)
        {
            return null;
        }

        var digits = cell.AsSpan().Trim();
        if (unit.Length > 0 && digits.EndsWith(unit, StringComparison.Ordinal))
        {
            digits = digits[..^unit.Length].TrimEnd();
        }

        const NumberStyles Plain = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint;
        return double.TryParse(digits, Plain, CultureInfo.InvariantCulture, out var value) && value >= min && value <= max ? value : null;
    }
}
