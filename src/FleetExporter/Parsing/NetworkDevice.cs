using System.Text.RegularExpressions;

namespace FleetExporter.Parsing;

/// <summary>Counters of one network interface since it came up: bytes, and packets received or sent in error.</summary>
internal sealed partial record NetworkDevice(string Device, long ReceiveBytes, long TransmitBytes, long Errors)
{
    /// <summary>
    /// Reads a line of /proc/net/dev; null for headers and for interfaces that are not published: loopback, and virtual interfaces of
    /// containers, virtual machines and traffic shaping, which is short-lived and duplicates the counts of physical interfaces.
    /// Bonds, VLANs, tunnels and named bridges are kept.
    /// </summary>
    internal static NetworkDevice? TryParse(ReadOnlySpan<char> line)
    {
        // Old kernels print no blank after the colon; aliases may contain colons, numbers do not.
        var colon = line.LastIndexOf(':');
        if (colon < 0)
        {
            return null;
        }

        var device = line[..colon].Trim();
        var counters = line[(colon + 1)..];
        Span<Range> words = stackalloc Range[17];
        return device.Length > 0 && !VirtualInterface().IsMatch(device)
            && counters.Split(words, ' ', StringSplitOptions.RemoveEmptyEntries) >= 16
            && SectionText.TryCount(counters[words[0]], out var received) && SectionText.TryCount(counters[words[2]], out var receiveErrors)
            && SectionText.TryCount(counters[words[8]], out var transmitted) && SectionText.TryCount(counters[words[10]], out var transmitErrors)
            && receiveErrors <= long.MaxValue - transmitErrors
            ? new NetworkDevice(RemoteLimits.Name(device.ToString()), received, transmitted, receiveErrors + transmitErrors)
            : null;
    }

    /// <summary>
    /// veth, cali, lxc, docker and br-HEX belong to containers; tap, vnet and Proxmox' fwbr, fwln, fwpr to virtual machines; ifb to tc.
    /// </summary>
    [GeneratedRegex("^(lo$|veth|cali|lxc|docker[0-9]|br-[0-9a-f]{12}$|tap|vnet|fw(br|ln|pr)[0-9]|ifb[0-9])", RegexOptions.CultureInvariant)]
    private static partial Regex VirtualInterface();
}
