using System.Globalization;
using System.Text.Json;

namespace FleetExporter.OpenClaw.Simulation;

/// <summary>
/// Usage of the simulated gateway. Each session has its share of each day, so that windows, days, agents, models and sessions add up.
/// </summary>
internal static class SimulatedUsage
{
    private const int DaysOfHistory = 90;
    private const double InputPerDay = 160_000;

    /// <summary>US dollars per token of input and output.</summary>
    private static readonly Dictionary<string, (double Input, double Output)> Prices = new(StringComparer.Ordinal)
    {
        [GatewayAnswers.Model] = (1e-6, 5e-6),
        ["claude-sonnet"] = (3e-6, 15e-6),
    };

    private static readonly (string Agent, string Key, string Model, double Share)[] Sessions =
    [
        ("main", "agent:main:main", GatewayAnswers.Model, 0.26),
        ("main", "agent:main:discord:1180", GatewayAnswers.Model, 0.12),
        ("main", "agent:main:subagent:5b1f", "claude-sonnet", 0.08),
        ("main", "agent:main:cron:c0a1", "claude-sonnet", 0.14),
        ("main", "agent:main:cron:c0a2", GatewayAnswers.Model, 0.1),
        ("main", "agent:main:cron:c0a4", GatewayAnswers.Model, 0.05),
        ("main", "agent:main:cron:c0a9", GatewayAnswers.Model, 0.01),
        ("research", "agent:research:main", "claude-sonnet", 0.19),
        ("research", "agent:research:cron:c0a5:run:77", "claude-sonnet", 0.05),
    ];

    /// <summary>The answer of <c>sessions.usage</c> for one agent.</summary>
    public static object OfSessions(JsonElement parameters, DateTimeOffset now)
    {
        var days = DaysOf(parameters, now);
        var agent = Text(parameters, "agentId");
        var used = Sessions.Where(s => agent is null || s.Agent == agent).Select(s => (Session: s, Sum: Of(s, days, now))).ToList();
        return new
        {
            updatedAt = now.ToUnixTimeMilliseconds(),
            sessions = used.Select(u => new
            {
                key = u.Session.Key,
                agentId = u.Session.Agent,
                model = u.Session.Model,
                usage = Totals(u.Sum, [(u.Session.Model, u.Sum)]),
            }),
            totals = Totals(Add(used.Select(u => u.Sum)), null),
            aggregates = new
            {
                sessionCount = used.Count,
                byModel = Rows(used.GroupBy(u => u.Session.Model, StringComparer.Ordinal).Select(g => (g.Key, Add(g.Select(u => u.Sum))))),
            },
            cacheStatus = new { status = "fresh" },
        };
    }

    /// <summary>The answer of <c>usage.cost</c>.</summary>
    public static object OfDays(JsonElement parameters, DateTimeOffset now)
    {
        var days = DaysOf(parameters, now);
        return new
        {
            updatedAt = now.ToUnixTimeMilliseconds(),
            days = days.Count,
            daily = days.Select(day =>
            {
                var sum = Add(Sessions.Select(s => Of(s, [day], now)));
                return new { date = day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), totalTokens = sum.Tokens, totalCost = sum.Cost };
            }),
            totals = Totals(Add(Sessions.Select(s => Of(s, days, now))), null),
            cacheStatus = new { status = "fresh" },
        };
    }

    private static object[] Rows(IEnumerable<(string Model, Used Sum)> models) =>
        [.. models.Select(m => new { provider = "llama", model = m.Model, count = m.Sum.Calls, totals = Totals(m.Sum, null) })];

    private static Dictionary<string, object> Totals(Used sum, IReadOnlyList<(string Model, Used Sum)>? models)
    {
        Dictionary<string, object> totals = new(StringComparer.Ordinal)
        {
            ["input"] = sum.Input,
            ["output"] = sum.Output,
            ["cacheRead"] = sum.CacheRead,
            ["cacheWrite"] = 0,
            ["totalTokens"] = sum.Tokens,
            ["totalCost"] = sum.Cost,
        };
        if (models is not null)
        {
            totals["modelUsage"] = Rows(models);
        }

        return totals;
    }

    private static Used Of((string Agent, string Key, string Model, double Share) session, IReadOnlyList<DateOnly> days, DateTimeOffset now)
    {
        var price = Prices[session.Model];
        return Add(days.Select(day =>
        {
            var input = Math.Round(InputPerDay * session.Share * Busy(day, now));
            var output = Math.Round(input / 9);
            return new Used(Math.Ceiling(input / 4000), input, output, input / 2, (input * price.Input) + (output * price.Output));
        }));
    }

    /// <summary>How busy a day is: less at weekends, and today as far as it has gone.</summary>
    private static double Busy(DateOnly day, DateTimeOffset now)
    {
        var weekday = day.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday ? 0.5 : 1;
        var gone = day == Today(now) ? now.TimeOfDay.TotalDays : 1;
        return weekday * gone * (1 + (0.4 * Math.Sin(day.DayNumber * 1.7)));
    }

    private static Used Add(IEnumerable<Used> all) => all.Aggregate(
        new Used(0, 0, 0, 0, 0),
        static (a, b) => new Used(a.Calls + b.Calls, a.Input + b.Input, a.Output + b.Output, a.CacheRead + b.CacheRead, a.Cost + b.Cost));

    /// <summary>The requested days, in order.</summary>
    private static List<DateOnly> DaysOf(JsonElement parameters, DateTimeOffset now)
    {
        var today = Today(now);
        var last = Date(parameters, "endDate") ?? today;
        var first = Date(parameters, "startDate")
            ?? last.AddDays(1 - Text(parameters, "range") switch { "7d" => 7, "30d" => 30, _ => DaysOfHistory });
        var oldest = today.AddDays(1 - DaysOfHistory);
        return [.. Enumerable.Range(0, DaysOfHistory).Select(oldest.AddDays).Where(day => day >= first && day <= last)];
    }

    private static DateOnly Today(DateTimeOffset now) => DateOnly.FromDateTime(now.UtcDateTime);

    private static DateOnly? Date(JsonElement parameters, string name) =>
        DateOnly.TryParse(Text(parameters, name), CultureInfo.InvariantCulture, out var date) ? date : null;

    private static string? Text(JsonElement parameters, string name) =>
        parameters.ValueKind == JsonValueKind.Object && parameters.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString() : null;

    private sealed record Used(double Calls, double Input, double Output, double CacheRead, double Cost)
    {
        public double Tokens => Input + Output + CacheRead;
    }
}
