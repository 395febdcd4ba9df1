using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace FleetExporter.Remote.Ssh;

internal enum KnownHostsMarker
{
    None,

    /// <summary><c>@cert-authority</c>: the key signs host certificates.</summary>
    CertAuthority,

    /// <summary><c>@revoked</c>: the key is never accepted.</summary>
    Revoked,
}

/// <summary>One line of known_hosts, as sshd(8) describes the format.</summary>
/// <param name="Hosts">Comma-separated patterns, or one hashed name (<c>|1|salt|hash</c>).</param>
/// <param name="KeyType">For example <c>ssh-ed25519</c>.</param>
/// <param name="Key">The public key as SSH encodes it.</param>
internal sealed record KnownHostsLine(KnownHostsMarker Marker, string Hosts, string KeyType, byte[] Key)
{
    private static readonly SearchValues<char> Blanks = SearchValues.Create(" \t");

    /// <returns>Null for blank lines, comments and invalid entries, which OpenSSH skips too.</returns>
    public static KnownHostsLine? Parse(string line)
    {
        var rest = line.AsSpan().Trim();
        if (rest.IsEmpty || rest[0] == '#')
        {
            return null;
        }

        var marker = KnownHostsMarker.None;
        if (rest[0] == '@')
        {
            switch (Word(ref rest))
            {
                case "@cert-authority":
                    marker = KnownHostsMarker.CertAuthority;
                    break;
                case "@revoked":
                    marker = KnownHostsMarker.Revoked;
                    break;
                default:
                    return null;
            }
        }

        var (hosts, type, text) = (Word(ref rest), Word(ref rest), Word(ref rest));
        var key = new byte[text.Length];
        return hosts.Length > 0 && Convert.TryFromBase64String(text, key, out var length)
            && TypeOf(key.AsSpan(0, length)) is { } actual && actual == type
            ? new KnownHostsLine(marker, hosts, type, key[..length])
            : null;
    }

    /// <param name="name">In lower case: <c>host</c>, or <c>[host]:port</c> for a port other than 22.</param>
    public bool Matches(string name) => Hosts.StartsWith('|') ? MatchesHash(name) : MatchesPatterns(Hosts, name);

    /// <summary>OpenSSH's pattern list: <c>*</c> and <c>?</c> are wildcards, <c>!</c> before a pattern excludes what it matches.</summary>
    internal static bool MatchesPatterns(string patterns, string name)
    {
        var matched = false;
        foreach (var pattern in patterns.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            var excludes = pattern[0] == '!';
            if (MatchesPattern(pattern.AsSpan(excludes ? 1 : 0), name))
            {
                if (excludes)
                {
                    return false;
                }

                matched = true;
            }
        }

        return matched;
    }

    /// <summary>The key type encoded in a public key; null if it is malformed.</summary>
    internal static string? TypeOf(ReadOnlySpan<byte> key) =>
        key.Length > 4 && System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(key) is var length && length <= 64 && length <= key.Length - 4
            ? Encoding.ASCII.GetString(key.Slice(4, (int)length))
            : null;

    private bool MatchesHash(string name)
    {
        var parts = Hosts.Split('|');
        if (parts is not ["", "1", var salt, var hash])
        {
            return false;
        }

        try
        {
#pragma warning disable CA5350 // The format prescribes HMAC-SHA1; it only obscures names.
            var expected = HMACSHA1.HashData(Convert.FromBase64String(salt), Encoding.UTF8.GetBytes(name));
            return CryptographicOperations.FixedTimeEquals(expected, Convert.FromBase64String(hash));
#pragma warning restore CA5350
        }
        catch (FormatException)
        {
            return false;
        }
    }

    /// <summary>Linear in time per wildcard: backtracks only to the last <c>*</c>.</summary>
    private static bool MatchesPattern(ReadOnlySpan<char> pattern, ReadOnlySpan<char> name)
    {
        int p = 0, n = 0, star = -1, from = 0;
        while (n < name.Length)
        {
            if (p < pattern.Length && pattern[p] == '*')
            {
                star = p++;
                from = n;
            }
            else if (p < pattern.Length && (pattern[p] == '?' || char.ToLowerInvariant(pattern[p]) == char.ToLowerInvariant(name[n])))
            {
                p++;
                n++;
            }
            else if (star >= 0)
            {
                p = star + 1;
                n = ++from;
            }
            else
            {
                return false;
            }
        }

        return pattern[p..].Trim('*').IsEmpty;
    }

    private static string Word(ref ReadOnlySpan<char> rest)
    {
        var end = rest.IndexOfAny(Blanks);
        var word = end < 0 ? rest : rest[..end];
        rest = end < 0 ? default : rest[end..].TrimStart();
        return word.ToString();
    }
}
