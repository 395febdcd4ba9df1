using System.Globalization;
using System.Text.RegularExpressions;

namespace FleetExporter.Parsing;

/// <summary>An error that the driver reported to the kernel's log. Codes are in NVIDIA's list of Xid errors.</summary>
/// <param name="SecondsSinceBoot">By the log's clock, which stops while the machine is suspended.</param>
/// <param name="PciBusId">As <see cref="Parsing.PciBusId.Normalise"/> writes it.</param>
internal sealed record Xid(double SecondsSinceBoot, string PciBusId, int Code);

internal static partial class KernelLog
{
    private static readonly string[] PermissionErrors =
    [
        "Operation not permitted", "Permission denied", "insufficient permissions", "not seeing messages from other users and the system",
    ];

    /// <summary>Parses <c>dmesg</c> or <c>journalctl -k -o short-monotonic</c>.</summary>
    /// <param name="output">Any lines of the log, such as <c>[12345.678901] NVRM: Xid (PCI:0000:3b:00): 79, …</c>.</param>
    /// <returns>Xids in log order; other lines are ignored.</returns>
    /// <exception cref="ToolFailureException">No log: permission denied, or the program is missing.</exception>
    /// <remarks>Based on examples in NVIDIA's Xid documentation, with and without <c>PCI:</c> and function; not on captures.</remarks>
    public static IReadOnlyList<Xid> ParseXids(string output)
    {
        var lines = SmiText.Lines(output);
        if (!lines.Any(line => Stamp().IsMatch(line)))
        {
            ThrowReason(lines);
        }

        return [.. lines.Select(ReadXid).OfType<Xid>()];
    }

    private static void ThrowReason(IEnumerable<string> lines)
    {
        foreach (var line in lines)
        {
            if (Array.Exists(PermissionErrors, words => line.Contains(words, StringComparison.OrdinalIgnoreCase)))
            {
                throw new ToolFailureException(CollectorFailure.Permission, SmiText.Clip(line));
            }

            if (SmiText.Reason(line) is CollectorFailure.ToolMissing)
            {
                throw new ToolFailureException(CollectorFailure.ToolMissing, SmiText.Clip(line));
            }
        }
    }

    private static Xid? ReadXid(string line)
    {
        var match = XidLine().Match(line);
        return match.Success && PciBusId.Normalise(match.Groups["bus"].Value) is { } bus
            ? new Xid(
                double.Parse(match.Groups["time"].Value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture),
                bus,
                int.Parse(match.Groups["code"].Value, NumberStyles.None, CultureInfo.InvariantCulture))
            : null;
    }

    [GeneratedRegex(@"\[\s*[0-9]{1,12}\.[0-9]{1,9}\]", RegexOptions.CultureInvariant)]
    private static partial Regex Stamp();

    /// <summary>The message must follow the timestamp directly, so that a program name later in the line cannot forge one.</summary>
    [GeneratedRegex(
        @"\[\s*(?<time>[0-9]{1,9}\.[0-9]{1,9})\]\s+(?:\S+ kernel: )?NVRM: Xid \((?:PCI:)?(?<bus>[0-9A-Fa-f:.]+)\): (?<code>[0-9]{1,9})(?![0-9])",
        RegexOptions.CultureInvariant)]
    private static partial Regex XidLine();
}
