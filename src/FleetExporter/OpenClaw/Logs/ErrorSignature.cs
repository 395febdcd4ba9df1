using System.Text.RegularExpressions;

namespace FleetExporter.OpenClaw.Logs;

/// <summary>What the same error has in common each time: its text without numbers and ids.</summary>
internal static partial class ErrorSignature
{
    private const int MaxLength = 200;

    /// <summary>For example <c>cron job … failed after # ms</c>.</summary>
    public static string Of(string text) =>
        Numbers().Replace(Ids().Replace(Printable.Cut(text, 2 * MaxLength), "…"), "#") is var masked ? Printable.Cut(masked, MaxLength).Trim() : "";

    /// <summary>UUIDs, hexadecimal ids of at least eight characters with a digit, and words that mix letters with many digits.</summary>
    [GeneratedRegex(
        @"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b|\b(?=[a-f]*[0-9])[0-9a-f]{8,}\b"
        + @"|\b(?=\w*[0-9]\w*[0-9]\w*[0-9])(?=\w*[A-Za-z])\w{10,}\b",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Ids();

    [GeneratedRegex(@"[0-9]+(?:[.:,][0-9]+)*", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Numbers();
}
