using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace FleetExporter.Config;

/// <summary>Where the service listens: <c>127.0.0.1:9470</c>, <c>[::1]:9470</c> or <c>localhost:9470</c>.</summary>
/// <param name="Host">A loopback address without brackets, or <c>localhost</c>.</param>
/// <param name="Port">0 to 65535; 0 lets the system choose.</param>
public sealed record ListenAddress(string Host, int Port)
{
    public static readonly ListenAddress Default = new("127.0.0.1", 9470);

    /// <param name="text">The address with its port.</param>
    /// <param name="address">The address, when it is one that may be listened on.</param>
    /// <param name="error">What is wrong, said of <paramref name="text"/>: "is not …; give …".</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out ListenAddress? address, [NotNullWhen(false)] out string? error)
    {
        address = null;
        var colon = text.LastIndexOf(':');
        if (colon <= 0 || !TryParsePort(text[(colon + 1)..], out var port) || HostOf(text[..colon]) is not { } host)
        {
            error = "is not an address with a port; give one such as 127.0.0.1:9470";
            return false;
        }

        if (!IsLoopback(host))
        {
            error = $"is reachable from the network, and the service has no keys yet; give a loopback address such as 127.0.0.1:{port}";
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
            return HostAddress.IsIPv6(text[1..^1]) ? text[1..^1] : null;
        }

        return text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '*') ? text : null;
    }

    // Only the dotted form counts as IPv4: the system's parser also takes 127.1 and 2130706433.
    private static bool IsLoopback(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host, out var ip)
            && (ip.AddressFamily == AddressFamily.InterNetworkV6
                ? ip.Equals(IPAddress.IPv6Loopback)
                : IPAddress.IsLoopback(ip) && ip.ToString() == host));

    private static bool TryParsePort(string text, out int port) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port <= 65535;
}
