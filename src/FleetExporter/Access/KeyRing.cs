using System.Security.Cryptography;
using FleetExporter.Config;

namespace FleetExporter.Access;

/// <summary>The valid keys: those of the active configuration and its devices, of the command line, and the admin key.</summary>
internal sealed class KeyRing(LiveConfig config, AdminKey admin)
{
    private const int MaxLength = 512;

    /// <returns>Null for an unknown key.</returns>
    public Caller? Find(string key) => key.Length is > 0 and <= MaxLength ? Find(KeyHash.Of(key)) : null;

    /// <summary>Compares with every key, each in constant time.</summary>
    public Caller? Find(KeyHash hash)
    {
        Caller? found = null;
        foreach (var key in config.Current.Keys.Concat(config.Current.CommandLineKeys))
        {
            if (CryptographicOperations.FixedTimeEquals(key.Hash.Bytes, hash.Bytes))
            {
                found = new Caller(key.Name, key.Scopes, key.Hash);
            }
        }

        foreach (var device in config.Current.Devices)
        {
            if (CryptographicOperations.FixedTimeEquals(device.KeyHash.Bytes, hash.Bytes))
            {
                found = new Caller(device.Name, [Scope.Push], device.KeyHash) { Device = device.Name };
            }
        }

        return CryptographicOperations.FixedTimeEquals(admin.Hash.Bytes, hash.Bytes) ? new Caller(AccessKey.Admin, [Scope.Admin], admin.Hash) : found;
    }
}
