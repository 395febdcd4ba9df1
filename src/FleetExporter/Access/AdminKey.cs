using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using FleetExporter.Config;
using FleetExporter.Store;

namespace FleetExporter.Access;

/// <summary>The key in <c>data_dir/admin.key</c>, on a line of its own, with the scope <c>admin</c>.</summary>
/// <param name="Path">Path of the key file.</param>
/// <param name="Made">Whether this start created it.</param>
internal sealed record AdminKey(string Path, KeyHash Hash, bool Made)
{
    private const int MinLength = 16;

    /// <summary>Derived from the key, for sealing rows of the store; does not reveal the key.</summary>
    public required byte[] SealingSecret { get; init; }

    /// <summary>Generates a key of 256 random bits.</summary>
    public static string Random() => "fleet_" + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    /// <summary>Reads the key, or creates it when the file is missing or empty.</summary>
    /// <exception cref="IOException">The file cannot be read or created.</exception>
    /// <exception cref="UnauthorizedAccessException">The same.</exception>
    /// <exception cref="FormatException">The file does not contain a key.</exception>
    public static AdminKey Open(string dataDir)
    {
        var path = System.IO.Path.Combine(dataDir, "admin.key");
        var (key, made) = PrivateFile.ReadOrCreate(path, Random);
        return key.Length >= MinLength && !key.Any(c => char.IsWhiteSpace(c) || char.IsControl(c))
            ? new AdminKey(path, KeyHash.Of(key), made) { SealingSecret = HMACSHA256.HashData(Encoding.UTF8.GetBytes(key), "access_tokens"u8) }
            : throw new FormatException(
                $"{path} does not hold a key of at least {MinLength} characters on one line; remove the file and restart to create a new key");
    }
}
