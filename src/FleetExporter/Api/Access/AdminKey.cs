using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using FleetExporter.Config;
using FleetExporter.Store;

namespace FleetExporter.Api.Access;

/// <summary>The key in <c>data_dir/admin.key</c>, alone on its line, which may do everything.</summary>
/// <param name="Path">Where it is.</param>
/// <param name="Made">Whether this start made it.</param>
internal sealed record AdminKey(string Path, KeyHash Hash, bool Made)
{
    private const int Shortest = 16;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>A key that nobody can guess: 256 random bits.</summary>
    public static string Random() => "fleet_" + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    /// <summary>Reads the key, or makes it when there is none or the file is empty.</summary>
    /// <exception cref="IOException">It can be neither read nor made.</exception>
    /// <exception cref="UnauthorizedAccessException">The same.</exception>
    /// <exception cref="FormatException">What stands in the file is not a key.</exception>
    public static AdminKey Open(string dataDir)
    {
        Make(dataDir);
        var path = System.IO.Path.Combine(dataDir, "admin.key");
        AdminKey? opened = null;
        bool IsOpen()
        {
            try
            {
                opened = OpenAlone(path);
                return true;
            }
            catch (IOException)
            {
                return false;
            }
        }

        return SpinWait.SpinUntil(IsOpen, Patience) ? opened! : OpenAlone(path);
    }

    /// <exception cref="IOException">Another start is making it just now; or as above.</exception>
    private static AdminKey OpenAlone(string path)
    {
        var made = new FileInfo(path) is { Exists: true, Length: > 0 } ? null : TryMake(path);
        var key = made ?? File.ReadAllText(path).TrimEnd('\r', '\n');
        return key.Length >= Shortest && !key.Any(c => char.IsWhiteSpace(c) || char.IsControl(c))
            ? new AdminKey(path, KeyHash.Of(key), made is not null)
            : throw new FormatException($"{path} does not hold a key of at least {Shortest} characters on one line; remove it, and the next start makes another");
    }

    /// <summary>
    /// Of several that start at once one has the file to itself and writes it, in one piece; the others wait for that. Whoever dies here leaves it empty, and the next writes it.
    /// </summary>
    /// <returns>The key, if it was this one.</returns>
    private static string? TryMake(string path)
    {
        using var file = PrivateFile.Open(path, FileMode.OpenOrCreate, FileShare.None);
        if (file.Length > 0)
        {
            return null;
        }

        var key = Random();
        file.Write(Encoding.UTF8.GetBytes(key + "\n"));
        file.Flush(flushToDisk: true);
        return key;
    }

    private static void Make(string folder)
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
}
