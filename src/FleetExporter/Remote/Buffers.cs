using System.Buffers;

namespace FleetExporter.Remote;

/// <summary>
/// Buffers for what hosts send, held only while it is read. Not <see cref="ArrayPool{T}.Shared"/>, which keeps some for each thread: every connection
/// of the built-in client has one.
/// </summary>
internal static class Buffers
{
    /// <summary>Longer ones are not kept.</summary>
    private const int MaxKept = 1024 * 1024;

    private const int MaxPerSize = 8;

    public static ArrayPool<byte> Pool { get; } = ArrayPool<byte>.Create(MaxKept, MaxPerSize);
}
