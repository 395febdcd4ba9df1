using System.Globalization;

namespace FleetExporter.Collectors;

/// <summary>
/// Values of simulated machines: slow oscillations with a little noise, computed from the time alone, so that all readers see the same values.
/// </summary>
internal static class SimulatedWave
{
    /// <param name="seed">Makes machines and values differ.</param>
    /// <returns>Between <paramref name="low"/> and <paramref name="high"/>.</returns>
    public static double At(DateTimeOffset now, int seed, double low, double high)
    {
        var seconds = now.ToUnixTimeMilliseconds() / 1000.0;
        var swing = Math.Sin((seconds / (240 + (seed % 7 * 35))) + seed) + (0.4 * Math.Sin((seconds / 31) + (seed * 1.7)))
            + (0.15 * Math.Sin((seconds / 3.1) + (seed * 2.3)));
        return low + ((high - low) * Math.Clamp((swing / 3.1) + 0.5, 0, 1));
    }

    /// <summary>The value without decimals.</summary>
    public static string Whole(DateTimeOffset now, int seed, double low, double high) =>
        At(now, seed, low, high).ToString("0", CultureInfo.InvariantCulture);
}
