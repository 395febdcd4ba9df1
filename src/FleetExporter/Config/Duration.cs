using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.RegularExpressions;

namespace FleetExporter.Config;

/// <summary>Parses and formats durations of fleet.yml: <c>500ms 10s 5m 72h 7d</c>.</summary>
internal static partial class Duration
{
    /// <summary>Uses the largest unit up to hours that gives a whole number: <c>10s</c>, <c>72h</c>.</summary>
    public static string Format(TimeSpan value)
    {
        var (ticks, unit) = value.Ticks switch
        {
            0 => (TimeSpan.TicksPerSecond, "s"),
            var t when t % TimeSpan.TicksPerHour == 0 => (TimeSpan.TicksPerHour, "h"),
            var t when t % TimeSpan.TicksPerMinute == 0 => (TimeSpan.TicksPerMinute, "m"),
            var t when t % TimeSpan.TicksPerSecond == 0 => (TimeSpan.TicksPerSecond, "s"),
            _ => (TimeSpan.TicksPerMillisecond, "ms"),
        };
        return string.Create(CultureInfo.InvariantCulture, $"{value.Ticks / ticks}{unit}");
    }

    internal static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;

    internal static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;

    internal static bool TryParse(string text, out TimeSpan value, [NotNullWhen(false)] out string? error)
    {
        value = TimeSpan.Zero;
        if (Pattern().Match(text) is not { Success: true } match)
        {
            error = "is not a duration; give a whole number with unit, such as 500ms, 10s, 5m, 72h or 7d";
            return false;
        }

        var unit = match.Groups[2].Value switch
        {
            "ms" => TimeSpan.TicksPerMillisecond,
            "s" => TimeSpan.TicksPerSecond,
            "m" => TimeSpan.TicksPerMinute,
            "h" => TimeSpan.TicksPerHour,
            _ => TimeSpan.TicksPerDay,
        };
        var ticks = Int128.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture) * unit;
        value = ticks > TimeSpan.MaxValue.Ticks ? TimeSpan.MaxValue : TimeSpan.FromTicks((long)ticks);
        error = null;
        return true;
    }

    [GeneratedRegex(@"^([0-9]{1,18})(ms|s|m|h|d)\z", RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
