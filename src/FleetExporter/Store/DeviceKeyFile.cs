using System.Security.Cryptography;

namespace FleetExporter.Store;

/// <summary>The file of the exporter's key as a device of agent gateways: an Ed25519 secret in base64, which only its owner can read.</summary>
internal static class DeviceKeyFile
{
    public const string Name = "gateway-device.key";

    /// <summary>Reads it, or creates it.</summary>
    /// <exception cref="IOException">Neither is possible.</exception>
    /// <exception cref="UnauthorizedAccessException">The same.</exception>
    /// <exception cref="FormatException">It has another content.</exception>
    public static byte[] Read(string dataDir) => Convert.FromBase64String(
        PrivateFile.ReadOrCreate(Path.Combine(dataDir, Name), static () => Convert.ToBase64String(RandomNumberGenerator.GetBytes(32))).Line);
}
