using System.Numerics;
using System.Runtime.InteropServices;

namespace FleetExporter.Metrics;

/// <summary>Identifies a series by its labels in 64 bits. A host that made two of its series collide would lose one of its own.</summary>
internal static class SeriesHash
{
    private const ulong Multiplier = 0x9E3779B97F4A7C15;

    /// <param name="hash">Of what comes before; 0 at the beginning.</param>
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
