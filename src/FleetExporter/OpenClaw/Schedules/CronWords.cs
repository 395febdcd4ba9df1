using System.Globalization;

namespace FleetExporter.OpenClaw.Schedules;

/// <summary>Says common cron expressions in words.</summary>
internal static class CronWords
{
    private const int MaxTimes = 4;

    private static readonly Dictionary<string, string> Macros = new(StringComparer.OrdinalIgnoreCase)
    {
        ["@hourly"] = "0 * * * *",
        ["@daily"] = "0 0 * * *",
        ["@midnight"] = "0 0 * * *",
        ["@weekly"] = "0 0 * * 0",
        ["@monthly"] = "0 0 1 * *",
        ["@yearly"] = "0 0 1 1 *",
        ["@annually"] = "0 0 1 1 *",
    };

    /// <param name="expression">A valid one.</param>
    /// <returns>The words, and whether they depend on the time zone; null for an expression without simple words.</returns>
    public static (string Words, bool InZone)? Of(string expression)
    {
        var fields = (Macros.GetValueOrDefault(expression.Trim()) ?? expression).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        fields = fields is ["0", _, _, _, _, _] ? fields[1..] : fields;
        return fields switch
        {
            [var minute, var hour, "*" or "?", "*", "*" or "?"] when Interval(minute, hour) is { } interval => (interval, false),
            [var minute, var hour, var day, var month, var weekday] when Days(day, month, weekday) is { } days && Times(minute, hour) is { } times =>
                ($"{days} at {times}", true),
            _ => null,
        };
    }

    /// <summary>Joins words: a, b and c.</summary>
    private static string Join(IReadOnlyList<string> words) =>
        words.Count == 1 ? words[0] : $"{string.Join(", ", words.SkipLast(1))} and {words[^1]}";

    private static string? Interval(string minute, string hour) => (minute, hour) switch
    {
        ("*", "*") => "every minute",
        (_, "*") when Step(minute, 60) is { } step => step == 1 ? "every minute" : $"every {step} minutes",
        (_, "*") when Numbers(minute, 59) is { } minutes => minutes is [0] ? "every hour" : $"every hour at {AtMinutes(minutes)}",
        _ when Step(hour, 24) is { } step and > 1 && Numbers(minute, 59) is [var at] =>
            at == 0 ? $"every {step} hours" : $"every {step} hours at {AtMinutes([at])}",
        _ => null,
    };

    private static string AtMinutes(IReadOnlyList<int> minutes) =>
        Join([.. minutes.Select(m => string.Create(CultureInfo.InvariantCulture, $":{m:D2}"))]);

    /// <summary>The step of <c>*/15</c>, if it divides the range without a rest: others are not regular.</summary>
    private static int? Step(string field, int range) =>
        field.StartsWith("*/", StringComparison.Ordinal) && Number(field[2..], range) is { } step and > 0 && range % step == 0 ? step : null;

    private static string? Days(string day, string month, string weekday) => (day, month, weekday) switch
    {
        ("*" or "?", "*", "*" or "?") => "every day",
        ("*" or "?", "*", _) => WeekdayWords.Of(weekday),
        ("L", "*", "*" or "?") => "on the last day of every month",
        (_, "*", "*" or "?") when Numbers(day, 31) is { } days && days[0] > 0 =>
            $"on day{(days.Count > 1 ? "s" : "")} {Join([.. days.Select(d => d.ToString(CultureInfo.InvariantCulture))])} of every month",
        (_, _, "*" or "?") when Number(day, 31) is { } one and > 0 && Number(month, 12) is { } of and > 0 =>
            $"every year on {one} {CultureInfo.InvariantCulture.DateTimeFormat.GetMonthName(of)}",
        _ => null,
    };

    private static string? Times(string minute, string hour) =>
        Numbers(minute, 59) is { } minutes && Numbers(hour, 23) is { } hours && minutes.Count * hours.Count <= MaxTimes
            ? Join([.. hours.SelectMany(h => minutes.Select(m => string.Create(CultureInfo.InvariantCulture, $"{h:D2}:{m:D2}")))])
            : null;

    /// <summary>A list of at most four numbers, in order; null for anything else.</summary>
    private static List<int>? Numbers(string field, int max)
    {
        var numbers = field.Split(',').Select(n => Number(n, max)).ToList();
        return numbers.Count <= MaxTimes && numbers.TrueForAll(n => n is not null) ? [.. numbers.OfType<int>().Distinct().Order()] : null;
    }

    private static int? Number(string text, int max) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= max ? number : null;
}
