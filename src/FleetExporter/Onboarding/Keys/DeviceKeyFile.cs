using System.Security.Cryptography;
using FleetExporter.Store;
using FleetExporter.Targets;

namespace FleetExporter.Onboarding.Keys;

/// <summary>The file of the exporter's key as a device of agent gateways: an Ed25519 secret in base64, which only its owner can read.</summary>
internal static class DeviceKeyFile
{
    public const string Name = "gateway-device.key";

    /// <summary>The key in <c>data_dir</c>. The file is read, or created, when the key is used.</summary>
    public static DeviceKey In(string dataDir) => new(() => Convert.FromBase64String(
        PrivateFile.ReadOrCreate(Path.Combine(dataDir, Name), static () => Convert.ToBase64String(RandomNumberGenerator.GetBytes(32))).Line));
}
