using System.Net;
using System.Net.Sockets;

namespace FleetExporter.Config;

/// <summary>Addresses to which no target made by the API connects: link-local ones, cloud metadata, unspecified and multicast.</summary>
internal static class ForbiddenAddress
{
    private static readonly IPAddress MetadataV6 = IPAddress.Parse("fd00:ec2::254");

    /// <summary>The well-known prefix of NAT64, whose last 32 bits are an IPv4 address.</summary>
    private static readonly IPNetwork Nat64 = IPNetwork.Parse("64:ff9b::/96");

    private static readonly IReadOnlyList<(IPNetwork Range, string Name)> V4 =
    [
        (IPNetwork.Parse("169.254.0.0/16"), "link-local, where clouds serve their metadata"),
        (IPNetwork.Parse("0.0.0.0/8"), "unspecified"),
        (IPNetwork.Parse("224.0.0.0/4"), "multicast"),
        (IPNetwork.Parse("255.255.255.255/32"), "broadcast"),
    ];

    /// <summary>What a forbidden address is, in a few words; null for an address that is allowed.</summary>
    public static string? NameOf(IPAddress address)
    {
        if (address.AddressFamily == AddressFamily.InterNetwork)
        {
            return V4.FirstOrDefault(v => v.Range.Contains(address)).Name;
        }

        // Without its zone: equal addresses may differ in it.
        var bytes = address.GetAddressBytes();
        var plain = new IPAddress(bytes);
        return plain.IsIPv4MappedToIPv6 || Nat64.Contains(plain) || IsCompatible(bytes) ? NameOf(new IPAddress(bytes.AsSpan(12)))
            : plain.IsIPv6LinkLocal ? "link-local"
            : plain.IsIPv6Multicast ? "multicast"
            : plain.Equals(MetadataV6) ? "a cloud's metadata service"
            : plain.Equals(IPAddress.IPv6Any) ? "unspecified"
            : null;
    }

    /// <summary>What a host is, if it is written as a forbidden address; null for names and allowed addresses.</summary>
    /// <param name="host">A name, or an address with or without brackets.</param>
    public static string? NameOf(string host) => IPAddress.TryParse(host, out var address) ? NameOf(address) : null;

    /// <summary>Whether it is <c>::a.b.c.d</c>, an obsolete form; <c>::</c> and <c>::1</c> are none.</summary>
    private static bool IsCompatible(byte[] bytes) =>
        bytes.AsSpan(0, 12).IndexOfAnyExcept((byte)0) < 0 && bytes.AsSpan(12, 2).IndexOfAnyExcept((byte)0) >= 0;
}
