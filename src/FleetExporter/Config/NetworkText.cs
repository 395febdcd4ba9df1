using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace FleetExporter.Config;

/// <summary>One IP address, or a network in CIDR notation, as text: <c>10.0.0.7</c>, <c>10.0.0.0/8</c>, <c>fd00::/8</c>.</summary>
internal static class NetworkText
{
    private const string Expected = "is not an address or a network; give one such as 10.0.0.7, 10.0.0.0/8 or fd00::/8";

    /// <param name="network">A single address gives a network of one address. IPv4-mapped IPv6 is rejected, because it would never match.</param>
    /// <param name="error">Predicate after <paramref name="text"/>: "is not …; give …".</param>
    public static bool TryParse(string text, out IPNetwork network, out string? error)
    {
        network = default;
        error = Expected;
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (AddressOf(slash < 0 ? text : text[..slash]) is not { } address)
        {
            return false;
        }

        var bytes = address.GetAddressBytes();
        var prefix = bytes.Length * 8;
        if (slash >= 0
            && (!int.TryParse(text[(slash + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out prefix) || prefix > bytes.Length * 8))
        {
            return false;
        }

        if (prefix == 0)
        {
            error = "matches every address; give the addresses of the proxies only";
            return false;
        }

        var first = new IPAddress([.. bytes.Select((b, i) => (byte)(b & (0xFF << (8 - Math.Clamp(prefix - (8 * i), 0, 8)))))]);
        if (!first.Equals(address))
        {
            error = $"has host bits set; give {first}/{prefix} for the network, or the address without a prefix";
            return false;
        }

        network = new IPNetwork(address, prefix);
        error = null;
        return true;
    }

    public static string Format(IPNetwork network) =>
        network.PrefixLength == network.BaseAddress.GetAddressBytes().Length * 8 ? network.BaseAddress.ToString() : network.ToString();

    // Only the dotted form counts as IPv4: the system's parser also takes 127.1 and 2130706433.
    private static IPAddress? AddressOf(string text) =>
        IPAddress.TryParse(text, out var address)
        && (address.AddressFamily == AddressFamily.InterNetwork
            ? address.ToString() == text
            : HostAddress.IsIPv6(text) && !text.Contains('%') && !address.IsIPv4MappedToIPv6)
            ? address
            : null;
}
