using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace FleetExporter.Store;

/// <summary>Ids of connections, targets, projects and jobs: UUIDs of version 7, so that they sort by creation.</summary>
internal static partial class Ids
{
    /// <param name="now">Its part below a millisecond becomes the first 12 random bits (RFC 9562, 6.2, method 3): order within a millisecond.</param>
    public static string New(DateTimeOffset now)
    {
        var bytes = Guid.CreateVersion7(now).ToByteArray(bigEndian: true);
        var fraction = now.UtcTicks % TimeSpan.TicksPerMillisecond * 4096 / TimeSpan.TicksPerMillisecond;
        bytes[6] = (byte)(0x70 | (fraction >> 8));
        bytes[7] = (byte)fraction;
        return new Guid(bytes, bigEndian: true).ToString("D");
    }

    /// <summary>The id of a host of fleet.yml: derived from its name, so that it is stable and known without the store.</summary>
    /// <param name="exporter">The owning exporter, for a host without a row because a different host of another exporter has its name.</param>
    public static string OfHost(string name, string? exporter = null)
    {
        var bytes = SHA256.HashData(Encoding.UTF8.GetBytes($"fleet.yml host {name}{(exporter is null ? "" : "\n" + exporter)}")).AsSpan(0, 16);
        // Version 8 of RFC 9562, for custom formats.
        bytes[6] = (byte)((bytes[6] & 0x0f) | 0x80);
        bytes[8] = (byte)((bytes[8] & 0x3f) | 0x80);
        return new Guid(bytes, bigEndian: true).ToString("D");
    }

    /// <summary>Whether a name has the format of an id, which is not allowed.</summary>
    public static bool LooksLikeId(string name) => Pattern().IsMatch(name);

    [GeneratedRegex(@"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
