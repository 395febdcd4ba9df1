using System.Text.Json;

namespace FleetExporter.OpenClaw.Protocol;

/// <summary>Tokens and cost of one model, or of one session.</summary>
/// <param name="Input">Without cached tokens.</param>
/// <param name="Cost">US dollars; null if the gateway reports none.</param>
internal sealed record GatewayTokens(double? Input, double? Output, double? CacheRead, double? CacheWrite, double? Cost)
{
    public double? Total => Input is null && Output is null && CacheRead is null && CacheWrite is null ? null
        : (Input ?? 0) + (Output ?? 0) + (CacheRead ?? 0) + (CacheWrite ?? 0);

    internal static GatewayTokens? Of(JsonElement? totals) => totals is { ValueKind: JsonValueKind.Object } of
        ? new(of.Amount("input"), of.Amount("output"), of.Amount("cacheRead"), of.Amount("cacheWrite"), of.Amount("totalCost"))
        : null;
}

/// <summary>Usage of one agent in a window of days.</summary>
/// <param name="Settled">False while the gateway is still computing: the sums are too small then.</param>
/// <param name="Models">By model; usage without a model is under <see cref="NoModel"/>.</param>
/// <param name="Sessions">By session key, for listed sessions.</param>
internal sealed record GatewayUsage(
    bool Settled, IReadOnlyDictionary<string, GatewayTokens> Models, IReadOnlyDictionary<string, GatewayTokens> Sessions)
{
    public const string NoModel = "unknown";

    /// <summary>Parses the answer of <c>sessions.usage</c> for one agent.</summary>
    /// <exception cref="FormatException">No <c>totals</c>, no list <c>aggregates.byModel</c>, or a total that is negative.</exception>
    /// <remarks>Tested with 2026.5.28 (while refreshing: every <c>usage</c> null) and 2026.9.6.</remarks>
    public static GatewayUsage Parse(JsonElement payload)
    {
        const string method = "sessions.usage";
        payload.RequireObject(method);
        var total = GatewayTokens.Of(payload.Member("totals"));
        if (total is not { Input: not null, Output: not null, Cost: not null } || payload.Member("aggregates") is not { } aggregates)
        {
            throw new FormatException($"{method}: no usable 'totals', or no 'aggregates'");
        }

        var rows = aggregates.RequireList("byModel", method).Select(r =>
            (Model: GatewayName.Clean(r.Text("model")) ?? NoModel, Tokens: GatewayTokens.Of(r.Member("totals")))).ToList();
        if (rows.Any(r => r.Tokens is not { Input: not null, Output: not null, Cost: not null }))
        {
            throw new FormatException($"{method}: a row of 'byModel' has no usable 'totals'");
        }

        // Two providers may have models of the same name.
        var models = rows.GroupBy(r => r.Model).ToDictionary(g => g.Key, g => Sum(g.Select(r => r.Tokens!)));
        var rest = Minus(total, Sum(models.Values));
        if (rest.Cost > 1e-9 || rest.Total > 0)
        {
            models[NoModel] = Sum([rest, .. models.TryGetValue(NoModel, out var known) ? [known] : Array.Empty<GatewayTokens>()]);
        }

        return new GatewayUsage(IsSettled(payload), models, PerSession(payload));
    }

    /// <summary>Whether the gateway's cache is complete; true if not reported.</summary>
    internal static bool IsSettled(JsonElement payload) => payload.Member("cacheStatus")?.Text("status") is null or "fresh";

    public static GatewayTokens Sum(IEnumerable<GatewayTokens> all) => all.Aggregate(new GatewayTokens(null, null, null, null, null), static (a, b) =>
        new(Add(a.Input, b.Input), Add(a.Output, b.Output), Add(a.CacheRead, b.CacheRead), Add(a.CacheWrite, b.CacheWrite), Add(a.Cost, b.Cost)));

    private static Dictionary<string, GatewayTokens> PerSession(JsonElement payload) =>
        payload.Items("sessions")
            .Select(s => (Key: GatewayName.Clean(s.Text("key")), Tokens: GatewayTokens.Of(s.Member("usage"))))
            .Where(s => s.Key is not null && s.Tokens is not null)
            .GroupBy(s => s.Key!)
            .ToDictionary(g => g.Key, g => Sum(g.Select(s => s.Tokens!)));

    private static double? Add(double? a, double? b) => a is null ? b : b is null ? a : a + b;

    private static GatewayTokens Minus(GatewayTokens a, GatewayTokens b) =>
        new(Less(a.Input, b.Input), Less(a.Output, b.Output), Less(a.CacheRead, b.CacheRead), Less(a.CacheWrite, b.CacheWrite), Less(a.Cost, b.Cost));

    private static double? Less(double? a, double? b) => Math.Max(0, (a ?? 0) - (b ?? 0)) is var rest && rest > 1e-9 ? rest : 0;
}

/// <summary>The cost of all agents in a window of days, in US dollars.</summary>
internal sealed record GatewayCost(bool Settled, double Total)
{
    /// <summary>Parses the answer of <c>usage.cost</c>.</summary>
    /// <exception cref="FormatException">No <c>totals.totalCost</c>, or it is negative.</exception>
    /// <remarks>Tested with 2026.5.28 (<c>daily</c> has days with use only) and 2026.9.6.</remarks>
    public static GatewayCost Parse(JsonElement payload)
    {
        payload.RequireObject("usage.cost");
        return new GatewayCost(
            GatewayUsage.IsSettled(payload),
            payload.Member("totals")?.Amount("totalCost") ?? throw new FormatException("usage.cost: no usable 'totals.totalCost'"));
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
}
