using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.RegularExpressions;

namespace FleetExporter.Config;

/// <summary>Parses sizes of fleet.yml: <c>64KiB 4MiB 2GiB</c>, or plain bytes.</summary>
internal static partial class ByteSize
{
    public static bool TryParse(string text, out double bytes, [NotNullWhen(false)] out string? error)
    {
        bytes = 0;
        if (Pattern().Match(text) is not { Success: true } match)
        {
            error = "is not a size; give a whole number of bytes, or a number with unit such as 64KiB, 4MiB or 2GiB";
            return false;
        }

        bytes = double.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture) * match.Groups[2].Value switch
        {
            "KiB" => 1L << 10,
            "MiB" => 1L << 20,
            "GiB" => 1L << 30,
            "TiB" => 1L << 40,
            _ => 1,
        };
        error = null;
        return true;
    }

    [GeneratedRegex(@"^([0-9]{1,18})(KiB|MiB|GiB|TiB)?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
