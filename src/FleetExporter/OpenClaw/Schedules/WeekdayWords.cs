using System.Globalization;

namespace FleetExporter.OpenClaw.Schedules;

/// <summary>Says the days of the week of a cron expression in words.</summary>
internal static class WeekdayWords
{
    private const int Saturday = 6;

    private static readonly string[] Names = ["Sundays", "Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays"];

    /// <param name="field">For example <c>1-5</c> or <c>MON,FRI</c>; 0 and 7 are Sunday.</param>
    /// <returns>For example <c>weekdays</c> or <c>Mondays and Fridays</c>; null for anything else.</returns>
    public static string? Of(string field)
    {
        SortedSet<int> days = [];
        foreach (var item in field.Split(','))
        {
            var ends = item.Split('-').Select(Day).ToList();
            if (ends.Count > 2 || ends.Contains(null))
            {
                return null;
            }

            var (from, to) = (ends[0]!.Value, ends[^1]!.Value);
            for (var day = from; day <= (to < from ? to + 7 : to); day++)
            {
                days.Add(day % 7);
            }
        }

        return days switch
        {
            { Count: 7 } => "every day",
            { Count: 5 } when !days.Contains(0) && !days.Contains(Saturday) => "weekdays",
            { Count: 2 } when days.Contains(0) && days.Contains(Saturday) => "weekends",
            _ => Join([.. days.OrderBy(d => d == 0 ? 7 : d).Select(d => Names[d])]),
        };
    }

    private static string Join(List<string> names) =>
        names.Count == 1 ? names[0] : $"{string.Join(", ", names.SkipLast(1))} and {names[^1]}";

    private static int? Day(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number <= 7 ? number : null
        : text.Length == 3 && Array.FindIndex(Names, n => n.StartsWith(text, StringComparison.OrdinalIgnoreCase)) is >= 0 and var day ? day
        : null;
}
