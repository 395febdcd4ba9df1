using System.Text;
using FleetExporter.Config;
using Renci.SshNet;
using Renci.SshNet.Common;

namespace FleetExporter.Remote.Ssh;

/// <summary>The private keys a login is tried with, read from their files at each connection attempt so that a replaced key counts at once.</summary>
internal static class PrivateKeys
{
    /// <summary>Longest key file that is read, in bytes.</summary>
    private const int MaxLength = 64 * 1024;

    /// <summary>OpenSSH's default identities, in its order, without those for security keys, which the built-in client cannot use.</summary>
    private static readonly string[] DefaultNames = ["id_rsa", "id_ecdsa", "id_ed25519"];

    /// <summary>Default keys of the account the service runs as: those of <c>~/.ssh</c> that exist.</summary>
    public static IReadOnlyList<string> DefaultFiles => Environment.GetEnvironmentVariable("HOME") is { Length: > 0 } home
        ? [.. DefaultNames.Select(n => Path.Combine(home, ".ssh", n)).Where(File.Exists)]
        : [];

    /// <param name="config"><c>key_file</c>, or the default keys when none is named.</param>
    /// <returns>
    /// The keys, with their certificates where <c>KEY-cert.pub</c> lies beside them; without any, the problem (<see cref="SshFailure.Auth"/>), whose
    /// message says what to do.
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
            "no key_file is given and the service's account has none of ~/.ssh/" + string.Join(", ", DefaultNames) + "; give key_file in fleet.yml"));
    }

    /// <summary>Why a key file cannot be read, in a line; null when it can.</summary>
    public static string? Unreadable(string file)
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

    /// <summary>What a key file needs that the built-in client lacks; null when it can use it, or when the file cannot be read.</summary>
    public static KeyNeed? NeedOf(string file)
    {
        try
        {
            return NeedOfText(Read(file));
        }
        catch (StreamException)
        {
            return null;
        }
    }

    private static PrivateKeyFile Load(string file)
    {
        var text = Read(file);
        switch (NeedOfText(text))
        {
            case KeyNeed.Passphrase:
                throw Refused(
                    $"{file} is protected by a passphrase, which nobody can type here: give a key without one "
                    + "(ssh-keygen -p -f on a copy), or load it into an ssh-agent and set client: openssh");
            case KeyNeed.SecurityKey:
                throw Refused($"{file} needs a FIDO security key, which the built-in client cannot use: set client: openssh, or give another key");
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
            // SSH.NET's parsers throw whatever they meet on a damaged file.
            throw Refused($"{file} is not a private key that can be used: {Printable.Line(e.Message, 150)}");
        }
    }

    private static string Read(string file)
    {
        try
        {
            var info = new FileInfo(file);
            if (!info.Exists)
            {
                throw Refused($"the key file {file} is not on this machine");
            }

            if (info.Length > MaxLength)
            {
                throw Refused($"{file} is not a private key: it is longer than {MaxLength} bytes");
            }

            var isOpen = !OperatingSystem.IsWindows() && !file.EndsWith(".pub", StringComparison.Ordinal)
                && (File.GetUnixFileMode(file) & UnixFileMode.OtherRead) != 0;
            return isOpen ? throw Refused($"every user of this machine can read {file}: chmod 600 {file}") : File.ReadAllText(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Refused($"the key file {file} cannot be read: {Printable.Line(e.Message, 150)}");
        }
    }

    private static KeyNeed? NeedOfText(string text)
    {
        try
        {
            return text.StartsWith("-----BEGIN OPENSSH PRIVATE KEY-----", StringComparison.Ordinal) ? NeedOf(OpenSshKey(text))
                : text.Contains("ENCRYPTED", StringComparison.Ordinal) ? KeyNeed.Passphrase
                : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }

    /// <summary>The unencrypted head of OpenSSH's format (PROTOCOL.key): cipher, KDF and public key.</summary>
    private static KeyNeed? NeedOf(ReadOnlySpan<byte> key)
    {
        var magic = "openssh-key-v1\0"u8;
        if (!key.StartsWith(magic))
        {
            return null;
        }

        var rest = key[magic.Length..];
        var cipher = Field(ref rest);
        _ = Field(ref rest);
        _ = Field(ref rest);
        rest = rest.Length > 4 ? rest[4..] : default;
        return KnownHostsLine.TypeOf(Field(ref rest))?.StartsWith("sk-", StringComparison.Ordinal) == true ? KeyNeed.SecurityKey
            : cipher.SequenceEqual("none"u8) ? null
            : KeyNeed.Passphrase;
    }

    private static ReadOnlySpan<byte> Field(ref ReadOnlySpan<byte> rest)
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

/// <summary>What a private key needs beside its file.</summary>
internal enum KeyNeed
{
    Passphrase,

    /// <summary>A FIDO device.</summary>
    SecurityKey,
}
