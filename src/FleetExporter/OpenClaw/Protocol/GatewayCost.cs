using System.Globalization;
using System.Text.Json;

namespace FleetExporter.OpenClaw.Protocol;

/// <summary>Cost and tokens of all agents on one UTC day.</summary>
/// <param name="Usd">Null if unknown.</param>
/// <param name="Tokens">Of all types; null if unknown.</param>
internal sealed record GatewayDay(DateOnly Date, decimal? Usd, double? Tokens);

/// <summary>The cost of all agents in a window of days, in US dollars.</summary>
internal sealed record GatewayCost(bool Settled, double Total)
{
    /// <summary>Days as the gateway lists them; null if it lists none.</summary>
    public IReadOnlyList<GatewayDay>? Listed { get; init; }

    /// <summary>Parses the answer of <c>usage.cost</c>.</summary>
    /// <exception cref="FormatException">No <c>totals.totalCost</c>, or it is negative.</exception>
    /// <remarks>Tested with 2026.5.28 (<c>daily</c> has days with use only) and 2026.9.6.</remarks>
    public static GatewayCost Parse(JsonElement payload)
    {
        payload.RequireObject("usage.cost");
        return new GatewayCost(
            GatewayUsage.IsSettled(payload),
            payload.Member("totals")?.Amount("totalCost") ?? throw new FormatException("usage.cost: no usable 'totals.totalCost'"))
        {
            Listed = payload.Member("daily") is { ValueKind: JsonValueKind.Array }
                ? [.. payload.Items("daily").Select(Day).OfType<GatewayDay>().DistinctBy(d => d.Date)]
                : null,
        };
    }

    /// <summary>
    /// Every day of the requested range, in order. A day that the gateway does not list had no use, unless it is still computing; then it is unknown.
    /// </summary>
    /// <returns>Null if it lists no days.</returns>
    public IReadOnlyList<GatewayDay>? Days(DateOnly from, DateOnly to)
    {
        var listed = Listed?.ToDictionary(d => d.Date);
        return listed is null ? null
            : [.. Enumerable.Range(0, to.DayNumber - from.DayNumber + 1).Select(from.AddDays)
                .Select(date => listed.GetValueOrDefault(date) ?? new GatewayDay(date, Settled ? 0 : null, Settled ? 0 : null))];
    }

    /// <summary>
    /// Projects the cost of the month from the cost so far. The first day counts as a whole one, so that the first hour is not multiplied by 700.
    /// </summary>
    /// <param name="costSoFar">From the first of the month (UTC) until <paramref name="now"/>.</param>
    public static double Projected(double costSoFar, DateTimeOffset now)
    {
        var utc = now.UtcDateTime;
        var days = DateTime.DaysInMonth(utc.Year, utc.Month);
        return costSoFar / Math.Max(1, (utc - new DateTime(utc.Year, utc.Month, 1, 0, 0, 0, DateTimeKind.Utc)).TotalDays) * days;
    }

    private static GatewayDay? Day(JsonElement row) =>
        DateOnly.TryParseExact(row.Text("date"), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date)
            ? new(date, (decimal?)row.Amount("totalCost"), row.Amount("totalTokens") ?? GatewayTokens.Of(row)?.Total)
            : null;
}
