using System.Text.RegularExpressions;

namespace FleetExporter.Parsing;

/// <summary>Normalises PCI addresses of GPUs, to compare those of nvidia-smi, its messages and the kernel log.</summary>
internal static partial class PciBusId
{
    /// <summary>Converts <c>0000:3b:00</c>, <c>3b:00.0</c> and similar to nvidia-smi's form <c>00000000:3B:00.0</c>; null for other text.</summary>
    public static string? Normalise(string text)
    {
        if (IsNormal(text))
        {
            return text;
        }

        var match = Address().Match(text.Trim());
        return match.Success ? $"{Part(match, 1).PadLeft(8, '0')}:{Part(match, 2)}:{Part(match, 3)}.{Part(match, 4).PadLeft(1, '0')}" : null;
    }

    /// <summary>nvidia-smi prints the form itself, once per GPU and poll.</summary>
    private static bool IsNormal(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            var fits = i switch { 8 or 11 => text[i] == ':', 14 => text[i] == '.', _ => char.IsAsciiHexDigitUpper(text[i]) };
            if (!fits)
            {
                return false;
            }
        }

        return text.Length == 16;
    }

    private static string Part(Match match, int group) => match.Groups[group].Value.ToUpperInvariant();

    [GeneratedRegex(@"^(?:([0-9A-Fa-f]{1,8}):)?([0-9A-Fa-f]{2}):([0-9A-Fa-f]{2})(?:\.([0-9A-Fa-f]))?$", RegexOptions.CultureInvariant)]
    private static partial Regex Address();
}
