using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;

namespace FleetExporter.Config;

/// <summary>SSH address of a host: <c>host</c>, <c>host:port</c>, <c>[v6]:port</c>, a bare <c>v6</c>, or an alias of config_file.</summary>
/// <param name="Host">
/// A name, an alias, or an IP address without brackets; it never begins with <c>-</c>, so ssh cannot take it for an option.
/// </param>
/// <param name="Port">1 to 65535; null for the port of the alias, or 22.</param>
internal sealed partial record HostAddress(string Host, int? Port)
{
    private const string Expected = "is not a valid address; give host, host:port, [v6]:port or an alias of config_file";

    /// <param name="text">As written in fleet.yml.</param>
    /// <param name="address">The parsed address.</param>
    /// <param name="error">Predicate after <paramref name="text"/>: "is not …; give …".</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out HostAddress? address, [NotNullWhen(false)] out string? error)
    {
        address = null;
        error = null;
        if (text.Contains('@'))
        {
            error = "contains a user; give the host only, and the user in the key user";
            return false;
        }

        var (host, port, bracketed) = Split(text);
        if (!(IsIPv6(host) || (!bracketed && Name().IsMatch(host))))
        {
            error = Expected;
            return false;
        }

        if (port is null)
        {
            address = new HostAddress(host, null);
            return true;
        }

        if (!int.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number is < 1 or > 65535)
        {
            error = "has an invalid port; give 1 to 65535";
            return false;
        }

        address = new HostAddress(host, number);
        return true;
    }

    public override string ToString() => (Port, Host.Contains(':')) switch
    {
        (null, _) => Host,
        (_, true) => $"[{Host}]:{Port}",
        _ => $"{Host}:{Port}",
    };

    /// <summary>Whether it is an IPv6 address, with or without a zone (<c>fe80::1%eth0</c>). The zone's interface need not exist here.</summary>
    internal static bool IsIPv6(string text) => IPv6().Match(text) is { Success: true } match && IPAddress.TryParse(match.Groups[1].Value, out _);

    private static (string Host, string? Port, bool Bracketed) Split(string text)
    {
        var close = text.IndexOf(']', StringComparison.Ordinal);
        if (text.StartsWith('[') && close > 0)
        {
            var rest = text[(close + 1)..];
            return rest switch
            {
                "" => (text[1..close], null, true),
                [':', ..] => (text[1..close], rest[1..], true),
                _ => ("", null, true),
            };
        }

        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon >= 0 && colon == text.LastIndexOf(':') ? (text[..colon], text[(colon + 1)..], false) : (text, null, false);
    }

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9._-]{0,252}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Name();

    [GeneratedRegex(@"^([0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*)(?:%[A-Za-z0-9_.-]{1,32})?\z", RegexOptions.CultureInvariant)]
    private static partial Regex IPv6();
}
