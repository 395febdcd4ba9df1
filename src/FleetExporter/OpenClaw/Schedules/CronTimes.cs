using Cronos;

namespace FleetExporter.OpenClaw.Schedules;

/// <summary>
/// The times of a cron expression of five fields, of six with seconds, or a macro such as <c>@daily</c>. If it restricts both the days of the month
/// and the days of the week, either is enough, as for the gateway.
/// </summary>
internal sealed class CronTimes
{
    private readonly List<CronExpression> _either;

    private CronTimes(List<CronExpression> either) => _either = either;

    /// <returns>Null if the expression is invalid.</returns>
    public static CronTimes? Parse(string expression)
    {
        var fields = expression.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var format = fields.Length == 6 ? CronFormat.IncludeSeconds : CronFormat.Standard;
        List<CronExpression> all = [];
        foreach (var alternative in Alternatives(fields))
        {
            if (!CronExpression.TryParse(alternative, format, out var parsed))
            {
                return null;
            }

            all.Add(parsed);
        }

        return new CronTimes(all);
    }

    /// <returns>Null if there is none before the year 2500.</returns>
    public DateTimeOffset? Next(DateTimeOffset after, TimeZoneInfo zone) => _either.Min(e => e.GetNextOccurrence(after, zone));

    /// <summary>The library requires both days to match.</summary>
    private static IEnumerable<string> Alternatives(string[] fields)
    {
        if (fields.Length is 5 or 6 && !IsAny(fields[^3]) && !IsAny(fields[^1]))
        {
            return [string.Join(' ', [.. fields[..^1], "*"]), string.Join(' ', [.. fields[..^3], "*", .. fields[^2..]])];
        }

        return [string.Join(' ', fields)];
    }

    private static bool IsAny(string field) => field is "*" or "?";
}
