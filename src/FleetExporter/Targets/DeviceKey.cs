using FleetExporter.Parsing;

namespace FleetExporter.Targets;

/// <summary>The exporter's key as a device of agent gateways.</summary>
/// <param name="read">Reads the Ed25519 secret of 32 bytes, or creates it.</param>
internal sealed class DeviceKey(Func<byte[]> read)
{
    /// <exception cref="TargetFailureException">The file cannot be read or created.</exception>
    public byte[] Read()
    {
        try
        {
            return read() is { Length: 32 } secret
                ? secret
                : throw new TargetFailureException(
                    TargetFailure.Auth, "the exporter's device key is not a key; remove its file, and a new one is created");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException)
        {
            throw new TargetFailureException(TargetFailure.Auth, $"the exporter's device key cannot be read: {e.Message}", e);
        }
    }
}
