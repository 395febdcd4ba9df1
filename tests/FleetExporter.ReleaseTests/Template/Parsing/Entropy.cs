using System.Globalization;

namespace FleetExporter.Parsing;

/// <summary>The kernel's pool of random bits.</summary>
/// <param name="Bits">From /proc/sys/kernel/random/entropy_avail.</param>
internal sealed record Entropy(int Bits)
{
    /// <exception cref="FormatException">The text is not a number.</exception>
    public static Entropy Parse(string body) =>
        int.TryParse(body.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var bits)
            ? new Entropy(bits)
            : throw new FormatException($"entropy: not a number: {SectionText.Quote(body)}");
}
