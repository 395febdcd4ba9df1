namespace FleetExporter.Views;

/// <summary>Numbers as the API gives them.</summary>
internal static class JsonNumber
{
    private const double Mebi = 1024 * 1024;
    private const double MaxWhole = (1L << 53) - 1;

    /// <summary>Rounds, to one decimal by default; null where the value is not finite, which JSON cannot represent.</summary>
    public static double? Round(double? value, int decimals = 1) =>
        value is { } number && double.IsFinite(number) ? Math.Round(number, decimals) : null;

    /// <summary>The nearest whole number; null where the value is not finite, or too large for an integer of JavaScript.</summary>
    public static long? Whole(double? value) =>
        value is { } number && Math.Abs(number) <= MaxWhole ? (long)Math.Round(number, MidpointRounding.AwayFromZero) : null;

    /// <summary>Converts bytes to whole MiB.</summary>
    public static long? Mebibytes(double? bytes) => Whole(bytes / Mebi);
}
