using System.Globalization;
using FleetExporter.OpenClaw.Protocol;

namespace FleetExporter.OpenClaw.Schedules;

/// <summary>Says the schedule of a cron job in words.</summary>
internal static class ScheduleWords
{
    private static readonly (string Name, TimeSpan Length)[] Units =
        [("day", TimeSpan.FromDays(1)), ("hour", TimeSpan.FromHours(1)), ("minute", TimeSpan.FromMinutes(1)), ("second", TimeSpan.FromSeconds(1))];

    /// <param name="next">The next run, for schedules without simple words; null if unknown.</param>
    public static string Of(GatewaySchedule schedule, DateTimeOffset? next) => schedule switch
    {
        { Kind: "cron", Expression: { } expression } => OfCron(expression, schedule.TimeZone, next),
        { Kind: "every", Every: { } every } when every > TimeSpan.Zero => OfEvery(every),
        { Kind: "at", At: { } at } => $"once on {Utc(at)}",
        { Kind: "cron" or "every" or "at" } => $"invalid: {schedule.Text}",
        { Kind: "on-exit" } => "when a command exits",
        { Kind: "stream" } => "when a command writes",
        { Kind: "" } => "unknown",
        _ => schedule.Kind,
    };

    private static string OfCron(string expression, string? zone, DateTimeOffset? next)
    {
        if (CronTimes.Parse(expression) is null)
        {
            return $"invalid: {expression}";
        }

        if (CronWords.Of(expression) is not var (words, inZone))
        {
            return $"cron {expression}{(zone is null ? "" : $" ({zone})")}{(next is { } at ? $", next on {Utc(at)}" : "")}";
        }

        return inZone ? $"{words} ({zone ?? "time zone of the gateway"})" : words;
    }

    private static string OfEvery(TimeSpan every)
    {
        var (name, length) = Array.Find(Units, u => every.Ticks % u.Length.Ticks == 0);
        if (name is null)
        {
            return string.Create(CultureInfo.InvariantCulture, $"every {every.TotalSeconds:0.###} seconds");
        }

        var count = every.Ticks / length.Ticks;
        return count == 1 ? $"every {name}" : string.Create(CultureInfo.InvariantCulture, $"every {count} {name}s");
    }

    private static string Utc(DateTimeOffset at) => at.UtcDateTime.ToString(
        at.UtcDateTime.Second == 0 ? "yyyy-MM-dd HH:mm 'UTC'" : "yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);
}
