using FleetExporter.Config;

namespace FleetExporter.Remote.Ssh;

/// <summary>The entries of known_hosts for one host.</summary>
/// <param name="Keys">Trusted keys of the host.</param>
/// <param name="Authorities">Keys of certificate authorities trusted for the host.</param>
/// <param name="Revoked">Keys that are never trusted.</param>
internal sealed record KnownKeys(
    IReadOnlyList<KnownHostsLine> Keys, IReadOnlyList<KnownHostsLine> Authorities, IReadOnlyList<KnownHostsLine> Revoked);

/// <summary>
/// A known_hosts file, read at every connection attempt, so that a new key is used at the next one and no host caches the keys of all hosts.
/// </summary>
internal sealed class KnownHosts(string path)
{
    /// <summary>Maximum size of the file in bytes.</summary>
    private const long MaxLength = 16 * 1024 * 1024;

    private static readonly Lock Writing = new();

    public string Path => path;

    /// <summary>The name of a host in known_hosts: <c>host</c>, or <c>[host]:port</c> for a port other than 22.</summary>
    public static string NameOf(HostAddress address) =>
        (address.Port is null or 22 ? address.Host : $"[{address.Host}]:{address.Port}").ToLowerInvariant();

    /// <exception cref="IOException">The file cannot be read. A missing file has no entries.</exception>
    /// <exception cref="UnauthorizedAccessException">The same.</exception>
    public KnownKeys Find(string name)
    {
        var found = Read().Where(line => line.Matches(name)).ToLookup(line => line.Marker);
        return new([.. found[KnownHostsMarker.None]], [.. found[KnownHostsMarker.CertAuthority]], [.. found[KnownHostsMarker.Revoked]]);
    }

    /// <summary>Appends a key with one write, unless it is there; creates the file and its folder if missing. Thread-safe.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The same.</exception>
    public void Add(string name, string keyType, byte[] key)
    {
        lock (Writing)
        {
            if (System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path)) is { } folder && !Directory.Exists(folder))
            {
                if (OperatingSystem.IsWindows())
                {
                    Directory.CreateDirectory(folder);
                }
                else
                {
                    Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
                }
            }

            if (Find(name).Keys.Any(k => k.Key.AsSpan().SequenceEqual(key)))
            {
                return;
            }

            using var file = File.Open(path, FileMode.OpenOrCreate, FileAccess.ReadWrite);
            var lacksNewline = file.Length > 0 && file.Seek(-1, SeekOrigin.End) >= 0 && file.ReadByte() != '\n';
            file.Write(System.Text.Encoding.UTF8.GetBytes($"{(lacksNewline ? "\n" : "")}{name} {keyType} {Convert.ToBase64String(key)}\n"));
        }
    }

    private IEnumerable<KnownHostsLine> Read()
    {
        var file = new FileInfo(path);
        if (!file.Exists)
        {
            return [];
        }

        if (file.Length > MaxLength)
        {
            throw new IOException($"{path} is longer than {MaxLength} bytes");
        }

        return File.ReadLines(path).Select(KnownHostsLine.Parse).OfType<KnownHostsLine>();
    }
}
