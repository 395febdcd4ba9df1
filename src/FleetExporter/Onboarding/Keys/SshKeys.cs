using System.Text.RegularExpressions;
using FleetExporter.Config;
using FleetExporter.Store;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Crypto.Utilities;
using Org.BouncyCastle.Security;

namespace FleetExporter.Onboarding.Keys;

/// <summary>The private keys that connections may use: lists them, and creates new ones in <c>data_dir/keys</c>.</summary>
internal sealed partial class SshKeys(LiveConfig config)
{
    /// <summary>Maximum keys that are listed, and that can be created.</summary>
    public const int Max = 100;

    /// <summary>Files examined per folder.</summary>
    private const int MaxFiles = 1000;

    private readonly Lock _creating = new();

    public string Folder => config.Current.KeyDir;

    /// <summary>Keys of all folders, those of <see cref="Folder"/> first, at most <see cref="Max"/>. Folders below them are left out.</summary>
    public IReadOnlyList<SshKey> List()
    {
        var now = config.Current;
        var paths = now.KeyFolders.Reverse().Distinct(StringComparer.Ordinal).SelectMany(FilesIn).Where(path => IsPrivateKey(path, now.KeyFolders));
        return [.. paths.Take(Max).Select(path => SshKey.Read(path, now.Ssh.Host))];
    }

    public static bool IsName(string name) => NamePattern().IsMatch(name) && !name.EndsWith(".pub", StringComparison.OrdinalIgnoreCase);

    /// <summary>Creates an ed25519 key without a passphrase, in OpenSSH's format, and its public key beside it.</summary>
    /// <param name="name">Name of the file, which <see cref="IsName"/> accepts.</param>
    /// <returns>The key, or a conflict: the name is taken, or there are <see cref="Max"/> keys.</returns>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The same.</exception>
    public StoreResult<SshKey> Create(string name)
    {
        var path = Path.Combine(Folder, name);
        lock (_creating)
        {
            PrivateFile.CreateFolder(Folder);
            foreach (var file in (string[])[path, path + ".pub"])
            {
                if (Path.Exists(file) || new FileInfo(file).LinkTarget is not null)
                {
                    return new StoreError.Conflict("name", $"{file} exists already; choose another name");
                }
            }

            if (FilesIn(Folder).Count() >= 2 * Max)
            {
                return new StoreError.Conflict("name", $"{Folder} has {Max} keys, the maximum; remove unused ones");
            }

            var secret = new Ed25519PrivateKeyParameters(new SecureRandom());
            var open = OpenSshPublicKeyUtilities.EncodePublicKey(secret.GeneratePublicKey());
            var text = Convert.ToBase64String(OpenSshPrivateKeyUtilities.EncodePrivateKey(secret));
            var pem = string.Join('\n', text.Chunk(70).Select(line => new string(line)));

            // The private key first: one without its public key is complete, the reverse is not.
            Write(path, $"-----BEGIN OPENSSH PRIVATE KEY-----\n{pem}\n-----END OPENSSH PRIVATE KEY-----\n");
            Write(path + ".pub", $"ssh-ed25519 {Convert.ToBase64String(open)} fleet-exporter-{name}\n");
        }

        return SshKey.Read(path, config.Current.Ssh.Host);
    }

    /// <summary>Renames a complete file into place; what a crash leaves begins with a dot, and the next write of that name replaces it.</summary>
    private static void Write(string path, string text)
    {
        var draft = Path.Combine(Path.GetDirectoryName(path)!, $".{Path.GetFileName(path)}.new");
        File.Delete(draft);
        using (var file = PrivateFile.Open(draft, FileMode.CreateNew))
        {
            file.Write(System.Text.Encoding.UTF8.GetBytes(text));
            file.Flush(flushToDisk: true);
        }

        File.Move(draft, path);
    }

    private static IEnumerable<string> FilesIn(string folder)
    {
        try
        {
            return [.. Directory.EnumerateFiles(folder).Take(MaxFiles).Order(StringComparer.Ordinal)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>
    /// Whether a connection may name the file, and it looks like a private key. One that cannot be read counts if its public key can.
    /// </summary>
    private static bool IsPrivateKey(string path, IReadOnlyList<string> folders)
    {
        if (path.EndsWith(".pub", StringComparison.Ordinal) || Path.GetFileName(path)[0] == '.')
        {
            return false;
        }

        if (!KeyFolder.Allows(path, folders))
        {
            return KeyFolder.Allows(path + ".pub", folders) && new FileInfo(path) is { Exists: true, LinkTarget: null };
        }

        try
        {
            using var reader = new StreamReader(SharedFile.OpenRead(path));
            var start = new char[64];
            var length = reader.ReadBlock(start, 0, start.Length);
            return KeyStart().IsMatch(new string(start, 0, length));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9._-]{0,62}\z", RegexOptions.CultureInvariant)]
    private static partial Regex NamePattern();

    [GeneratedRegex(@"^-----BEGIN ([A-Z0-9]+ )*PRIVATE KEY-----", RegexOptions.CultureInvariant)]
    private static partial Regex KeyStart();
}
