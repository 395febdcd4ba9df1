using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using FleetExporter.Config;
using FleetExporter.Store;

namespace FleetExporter.Access;

/// <summary>The key in <c>data_dir/admin.key</c>, alone on its line, which may do everything.</summary>
/// <param name="Path">Where it is.</param>
/// <param name="Made">Whether this start made it.</param>
internal sealed record AdminKey(string Path, KeyHash Hash, bool Made)
{
    private const int Shortest = 16;

    /// <summary>Derived from the key, for sealing rows of the store; says nothing of the key.</summary>
    public required byte[] SealingSecret { get; init; }

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
        var (key, made) = PrivateFile.ReadOrCreate(path, Random);
        return key.Length >= Shortest && !key.Any(c => char.IsWhiteSpace(c) || char.IsControl(c))
            ? new AdminKey(path, KeyHash.Of(key), made) { SealingSecret = HMACSHA256.HashData(Encoding.UTF8.GetBytes(key), "access_tokens"u8) }
            : throw new FormatException(
                $"{path} does not hold a key of at least {Shortest} characters on one line; remove it, and the next start makes another");
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
