using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace FleetExporter.Config;

/// <summary>
/// Address that the exporter listens on: <c>127.0.0.1:9470</c>, <c>[::1]:9470</c>, <c>localhost:9470</c>, or a network address.
/// </summary>
/// <param name="Host">An IP address without brackets, or <c>localhost</c>.</param>
/// <param name="Port">0 to 65535; 0 for any free port.</param>
internal sealed record ListenAddress(string Host, int Port)
{
    public static readonly ListenAddress Default = new("127.0.0.1", 9470);

    /// <summary>Whether it is a loopback address. IPv4-mapped IPv6 addresses do not count.</summary>
    public bool IsLoopback =>
        Host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(Host, out var ip)
            && (ip.AddressFamily == AddressFamily.InterNetworkV6 ? ip.Equals(IPAddress.IPv6Loopback) : IPAddress.IsLoopback(ip)));

    /// <param name="text">The address with its port.</param>
    /// <param name="address">The parsed address.</param>
    /// <param name="error">Predicate after <paramref name="text"/>: "is not …; give …".</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out ListenAddress? address, [NotNullWhen(false)] out string? error)
    {
        address = null;
        var colon = text.LastIndexOf(':');
        if (colon <= 0 || !TryParsePort(text[(colon + 1)..], out var port) || HostOf(text[..colon]) is not { } host)
        {
            error = "is not an address with a port; give one such as 127.0.0.1:9470";
            return false;
        }

        address = new ListenAddress(host, port);
        error = null;
        return true;
    }

    public override string ToString() => Host.Contains(':') ? $"[{Host}]:{Port}" : $"{Host}:{Port}";

    private static string? HostOf(string text)
    {
        if (text.StartsWith('[') && text.EndsWith(']'))
        {
            return HostAddress.IsIPv6(text[1..^1]) && !text.Contains('%') ? text[1..^1] : null;
        }

        // Only the dotted form counts as IPv4: the system's parser also takes 127.1 and 2130706433.
        var isAddress = IPAddress.TryParse(text, out var ip) && ip.AddressFamily == AddressFamily.InterNetwork && ip.ToString() == text;
        return isAddress || text.Equals("localhost", StringComparison.OrdinalIgnoreCase) ? text : null;
    }

    private static bool TryParsePort(string text, out int port) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port <= 65535;
}
