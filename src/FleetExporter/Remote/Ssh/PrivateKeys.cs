using System.Text;
using FleetExporter.Config;
using Renci.SshNet;
using Renci.SshNet.Security;

namespace FleetExporter.Remote.Ssh;

/// <summary>Loads the private keys for a login, at each connection attempt, so that a replaced key is used at once.</summary>
internal static class PrivateKeys
{
    /// <summary>Maximum size of a key file in bytes.</summary>
    private const int MaxLength = 64 * 1024;

    private const string OpenSshBegin = "-----BEGIN OPENSSH PRIVATE KEY-----";

    /// <summary>OpenSSH's default identities in its order, without security keys, which the built-in client does not support.</summary>
    private static readonly string[] DefaultNames = ["id_rsa", "id_ecdsa", "id_ed25519"];

    /// <summary>Existing default keys in <c>~/.ssh</c> of the account that runs the exporter.</summary>
    public static IReadOnlyList<string> DefaultFiles => Environment.GetEnvironmentVariable("HOME") is { Length: > 0 } home
        ? [.. DefaultNames.Select(n => Path.Combine(home, ".ssh", n)).Where(File.Exists)]
        : [];

    /// <param name="config"><c>key_file</c>, or the default keys without it.</param>
    /// <returns>
    /// The keys, with certificates from <c>KEY-cert.pub</c> if present; without keys, the problem (<see cref="SshFailure.Auth"/>), whose
    /// message has the fix.
    /// </returns>
    public static (IReadOnlyList<PrivateKeyFile> Keys, StreamException? Problem) Load(SshConfig config)
    {
        List<PrivateKeyFile> keys = [];
        StreamException? problem = null;
        foreach (var file in config.KeyFile is { } named ? [named] : DefaultFiles)
        {
            try
            {
                keys.Add(Load(file));
            }
            catch (StreamException e)
            {
                problem ??= e;
            }
        }

        return (keys, keys.Count > 0 ? null : problem ?? Refused(
            "key_file is not set and the exporter's account has none of ~/.ssh/" + string.Join(", ", DefaultNames) + "; set key_file in fleet.yml"));
    }

    /// <summary>Why a key file cannot be read, in one line; null if it can.</summary>
    public static string? ReadError(string file)
    {
        try
        {
            Read(file);
            return null;
        }
        catch (StreamException e)
        {
            return e.Message;
        }
    }

    /// <summary>The requirement of a key that the built-in client does not meet; null if there is none or the file is unreadable.</summary>
    public static KeyRequirement? RequirementOf(string file)
    {
        try
        {
            return RequirementOfText(Read(file));
        }
        catch (StreamException)
        {
            return null;
        }
    }

    /// <summary>What a private key file tells without its passphrase.</summary>
    public static PrivateKeyInfo Inspect(string file)
    {
        string text;
        try
        {
            text = Read(file);
        }
        catch (StreamException e)
        {
            return new(null, null, e.Message);
        }

        var publicKey = PublicKeyOfText(text);
        try
        {
            using var key = Load(file);
            return new(publicKey ?? new KeyHostAlgorithm(key.Key.ToString()!, key.Key).Data, null, null);
        }
        catch (StreamException e)
        {
            return new(publicKey, RequirementOfText(text), e.Message);
        }
    }

    private static PrivateKeyFile Load(string file)
    {
        var text = Read(file);
        switch (RequirementOfText(text))
        {
            case KeyRequirement.Passphrase:
                throw Refused(
                    $"{file} has a passphrase, which cannot be entered here: use a key without one "
                    + "(ssh-keygen -p -f on a copy), or load it into an ssh-agent and set client: openssh");
            case KeyRequirement.SecurityKey:
                throw Refused($"{file} needs a FIDO security key, unsupported by the built-in client: set client: openssh, or use another key");
            default:
                break;
        }

        try
        {
            if (SshNet.Pkcs8Ed25519(text) is { } ed25519)
            {
                return ed25519;
            }

            using var key = new MemoryStream(Encoding.UTF8.GetBytes(text));
            using var certificate = File.Exists(file + "-cert.pub") ? new MemoryStream(Encoding.UTF8.GetBytes(Read(file + "-cert.pub"))) : null;
            return new PrivateKeyFile(key, null, certificate);
        }
        catch (Exception e) when (e is not StreamException)
        {
            // SSH.NET's parsers throw various exceptions on a damaged file.
            throw Refused($"{file} is not a usable private key: {Printable.Line(e.Message, 150)}");
        }
    }

    private static string Read(string file)
    {
        try
        {
            var info = new FileInfo(file);
            if (!info.Exists)
            {
                throw Refused($"the key file {file} does not exist on this machine");
            }

            if (info.Length > MaxLength)
            {
                throw Refused($"{file} is not a private key: it is larger than {MaxLength} bytes");
            }

            var isOpen = !OperatingSystem.IsWindows() && !file.EndsWith(".pub", StringComparison.Ordinal)
                && (File.GetUnixFileMode(file) & UnixFileMode.OtherRead) != 0;
            return isOpen ? throw Refused($"{file} is readable by every user of this machine: chmod 600 {file}") : File.ReadAllText(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Refused($"the key file {file} cannot be read: {Printable.Line(e.Message, 150)}");
        }
    }

    private static KeyRequirement? RequirementOfText(string text)
    {
        try
        {
            return text.StartsWith(OpenSshBegin, StringComparison.Ordinal) ? RequirementOf(OpenSshKey(text))
                : text.Contains("ENCRYPTED", StringComparison.Ordinal) ? KeyRequirement.Passphrase
                : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private static KeyRequirement? RequirementOf(ReadOnlySpan<byte> key) => HeaderOf(key, out var cipher, out var publicKey)
        ? KnownHostsLine.TypeOf(publicKey)?.StartsWith("sk-", StringComparison.Ordinal) == true ? KeyRequirement.SecurityKey
            : cipher.SequenceEqual("none"u8) ? null
            : KeyRequirement.Passphrase
        : null;

    /// <returns>Null for other formats than OpenSSH's.</returns>
    private static byte[]? PublicKeyOfText(string text)
    {
        try
        {
            return text.StartsWith(OpenSshBegin, StringComparison.Ordinal) && HeaderOf(OpenSshKey(text), out _, out var publicKey)
                && KnownHostsLine.TypeOf(publicKey) is not null ? publicKey.ToArray() : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }

    /// <summary>Parses the unencrypted header of OpenSSH's format (PROTOCOL.key): cipher, KDF and public key.</summary>
    private static bool HeaderOf(ReadOnlySpan<byte> key, out ReadOnlySpan<byte> cipher, out ReadOnlySpan<byte> publicKey)
    {
        var magic = "openssh-key-v1\0"u8;
        var isOpenSsh = key.StartsWith(magic);
        var rest = isOpenSsh ? key[magic.Length..] : default;
        cipher = Field(ref rest);
        _ = Field(ref rest);
        _ = Field(ref rest);
        rest = rest.Length > 4 ? rest[4..] : default;
        publicKey = Field(ref rest);
        return isOpenSsh;
    }

    private static ReadOnlySpan<byte> Field(scoped ref ReadOnlySpan<byte> rest)
    {
        if (rest.Length < 4 || System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(rest) is var length && length > rest.Length - 4)
        {
            rest = default;
            return default;
        }

        var field = rest.Slice(4, (int)length);
        rest = rest[(4 + (int)length)..];
        return field;
    }

    private static byte[] OpenSshKey(string text) =>
        Convert.FromBase64String(string.Concat(text.Split('\n').Select(l => l.Trim()).Where(l => l.Length > 0 && !l.StartsWith('-'))));

    private static StreamException Refused(string message) => new(SshFailure.Auth, message);
}

/// <summary>What a private key requires besides its file.</summary>
internal enum KeyRequirement
{
    Passphrase,

    /// <summary>A FIDO device.</summary>
    SecurityKey,
}

/// <summary>A private key file, without its secret.</summary>
/// <param name="PublicKey">In SSH's wire format; null if the file does not tell it without the passphrase.</param>
/// <param name="Requirement">What it requires besides its file; null for nothing.</param>
/// <param name="Problem">Why the built-in client cannot use it, in one line; null if it can.</param>
internal sealed record PrivateKeyInfo(byte[]? PublicKey, KeyRequirement? Requirement, string? Problem);
