using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace FleetExporter.Config;

/// <summary>
/// SHA-256 of a key's UTF-8, written <c>sha256:</c> and 64 lower-case hex digits. A key is 256 random bits, so no salt and no slow hash is needed.
/// </summary>
/// <param name="Hex">The 64 digits.</param>
internal sealed partial record KeyHash(string Hex)
{
    private const string Prefix = "sha256:";

    private readonly byte[] _bytes = Convert.FromHexString(Hex);

    /// <summary>The 32 bytes, for comparison in constant time.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes;

    public static KeyHash Of(string key) => new(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key))));

    public static bool TryParse(string text, [NotNullWhen(true)] out KeyHash? hash, [NotNullWhen(false)] out string? error)
    {
        var valid = Pattern().IsMatch(text);
        hash = valid ? new KeyHash(text[Prefix.Length..]) : null;
        error = valid ? null : "is not a key hash; give sha256: and 64 lower-case hex digits, as printed by fleet-exporter key new";
        return valid;
    }

    public bool Equals(KeyHash? other) => other is not null && CryptographicOperations.FixedTimeEquals(Bytes, other.Bytes);

    public override int GetHashCode() => BitConverter.ToInt32(_bytes);

    public override string ToString() => Prefix + Hex;

    [GeneratedRegex(@"^sha256:[0-9a-f]{64}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
