using System.Globalization;
using System.Text.RegularExpressions;

namespace FleetExporter.Parsing;

/// <summary>One spelling for the PCI address of a GPU, so that nvidia-smi, its sentences and the kernel log can be compared.</summary>
public static partial class PciBusId
{
    /// <summary>nvidia-smi's own form <c>00000000:3B:00.0</c> of <c>0000:3b:00</c>, <c>3b:00.0</c> and the like; null when it is not a bus id.</summary>
    public static string? Normalise(string text)
    {
        var match = Address().Match(text.Trim());
        return match.Success
            ? string.Create(CultureInfo.InvariantCulture, $"{Part(match, 1),8}:{Part(match, 2)}:{Part(match, 3)}.{(match.Groups[4].Success ? Part(match, 4) : "0")}").Replace(' ', '0')
            : null;
    }

    private static string Part(Match match, int group) => match.Groups[group].Value.ToUpperInvariant();

    [GeneratedRegex(@"^(?:([0-9A-Fa-f]{1,8}):)?([0-9A-Fa-f]{2}):([0-9A-Fa-f]{2})(?:\.([0-9A-Fa-f]))?$", RegexOptions.CultureInvariant)]
    private static partial Regex Address();
}
