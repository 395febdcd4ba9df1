using System.Numerics;
using System.Runtime.InteropServices;

namespace FleetExporter.Metrics;

/// <summary>Hashes the labels of a series to 64 bits. A collision drops one series of the same host.</summary>
internal static class SeriesHash
{
    private const ulong Multiplier = 0x9E3779B97F4A7C15;

    /// <param name="hash">Hash of the preceding labels; 0 at the start.</param>
    public static ulong Add(ulong hash, ReadOnlySpan<byte> bytes)
    {
        foreach (var word in MemoryMarshal.Cast<byte, ulong>(bytes))
        {
            hash = Mix(hash, word);
        }

        ulong rest = 0;
        foreach (var b in bytes[(bytes.Length & ~7)..])
        {
            rest = (rest << 8) | b;
        }

        return Mix(hash, rest ^ ((ulong)bytes.Length << 56));
    }

    private static ulong Mix(ulong hash, ulong word) => BitOperations.RotateLeft((hash ^ word) * Multiplier, 29) * Multiplier;
}
