using System.Security.Cryptography;
using System.Text;
using FleetExporter.Parsing;

namespace FleetExporter.OpenClaw.Protocol;

/// <summary>
/// Ids and names of the gateway as label values: no control characters, at most 64 characters, unique for different names.
/// </summary>
internal static class GatewayName
{
    public const int MaxLength = 64;

    /// <summary>UTF-16 units of a label or title.</summary>
    public const int MaxLine = 200;

    /// <summary>Null if empty.</summary>
    public static string? Clean(string? text)
    {
        if (text is null)
        {
            return null;
        }

        var clean = Printable.Text(text).Replace(Rune.ReplacementChar.ToString(), " ", StringComparison.Ordinal).Trim();
        return clean.Length == 0 ? null : clean.Length <= MaxLength ? clean : Cut(clean);
    }

    /// <summary>The part of a cleaned name that is in the original, too.</summary>
    public static string WithoutHash(string clean) =>
        clean.Length is > MaxLength - 9 and <= MaxLength && clean[^9] == '~' && clean[^8..].All(char.IsAsciiHexDigitLower) ? clean[..^9] : clean;

    /// <summary>Text of the gateway as one printable line; null if empty.</summary>
    public static string? Line(string? text, int length) =>
        text is not null && Printable.Line(text, length) is { Length: > 0 } line ? line : null;

    /// <summary>What people and models wrote, as one printable line without what looks like a secret; null if empty.</summary>
    public static string? Prose(string? text, int length) =>
        text is null ? null : Line(LogText.Mask(Printable.Text(Printable.Cut(text, 4 * length))), length);

    // Long keys often differ only at the end, so the hash keeps them apart.
    private static string Cut(string text)
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 4));
        return $"{Printable.Cut(text, MaxLength - 9)}~{hash}";
    }
}
