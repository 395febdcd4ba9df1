namespace FleetExporter.OpenClaw;

/// <summary>Why a cost, or its part of cron jobs, is unknown.</summary>
internal enum CostGap
{
    /// <summary>The gateway is still adding up, and has nothing yet.</summary>
    Refreshing,

    /// <summary>The gateway has more agents than the exporter asks for.</summary>
    TooManyAgents,

    /// <summary>The gateway lists at most 1000 sessions of an agent, so that sums over sessions would be too small.</summary>
    TooManySessions,

    /// <summary>The gateway's sessions cost more than its total.</summary>
    Inconsistent,
}

/// <summary>Cost of a gateway in one window, in US dollars.</summary>
/// <param name="Window">today, 7d, 30d or all.</param>
/// <param name="Total">As the gateway adds it up; null if unknown.</param>
/// <param name="Crons">By id of the cron job, for those with sessions; null if unknown.</param>
/// <param name="Other">The total without cron jobs: together they are the total, to the cent. Null if unknown.</param>
/// <param name="Gap">Why the total or the cron jobs are unknown; null if they are known.</param>
internal sealed record WindowCost(
    string Window, decimal? Total, IReadOnlyDictionary<string, decimal> Models, IReadOnlyDictionary<string, decimal> Agents,
    IReadOnlyDictionary<string, decimal>? Crons, decimal? Other, CostGap? Gap);

/// <summary>Cost of a gateway by window.</summary>
internal static class GatewayCosts
{
    public static IReadOnlyList<string> Windows { get; } = ["today", "7d", "30d", "all"];

    /// <summary>Sessions and total are rounded to 15 digits each; a larger difference has another cause.</summary>
    private const decimal Rounding = 0.000001m;

    /// <returns>In the order of <see cref="Windows"/>.</returns>
    public static IReadOnlyList<WindowCost> Of(GatewayWindows usage)
    {
        var windows = usage.Windows.ToLookup(w => w.Window, StringComparer.Ordinal);
        return [.. Windows.Select(name => Of(name, usage, [.. windows[name]]))];
    }

    /// <summary>Cost of one cron job in a window: 0 without sessions, null if unknown.</summary>
    public static decimal? OfCron(WindowCost window, string id) => window.Crons is { } crons ? crons.GetValueOrDefault(id) : null;

    /// <summary>Ids of all cron jobs with sessions, the most expensive of the longest known window first.</summary>
    public static IReadOnlyList<string> CronIds(IReadOnlyList<WindowCost> windows)
    {
        var longest = windows.LastOrDefault(w => w.Crons is not null);
        return [.. windows.SelectMany(w => w.Crons?.Keys ?? []).Distinct(StringComparer.Ordinal)
            .OrderByDescending(id => longest is null ? null : OfCron(longest, id)).ThenBy(id => id, StringComparer.Ordinal)];
    }

    private static WindowCost Of(string name, GatewayWindows usage, List<GatewayWindow> agents)
    {
        var models = Sum(agents.SelectMany(a => a.Usage.Models).Select(m => KeyValuePair.Create(m.Key, m.Value.Usd ?? 0)));
        var byAgent = Sum(agents.Select(a => KeyValuePair.Create(a.Agent, a.Usage.Cost)));
        var total = agents.Sum(a => a.Usage.Cost);
        CostGap? unknown = usage.AgentsLeftOut ? CostGap.TooManyAgents
            : total == 0 && (agents.Count == 0 || agents.Exists(a => !a.Usage.Settled)) ? CostGap.Refreshing
            : null;
        if (unknown is not null || agents.Exists(a => a.Usage.Crons is null))
        {
            return new WindowCost(name, unknown is null ? total : null, models, byAgent, null, null, unknown ?? CostGap.TooManySessions);
        }

        var crons = Sum(agents.SelectMany(a => a.Usage.Crons!));
        var other = total - crons.Values.Sum();
        return other < -Rounding
            ? new WindowCost(name, total, models, byAgent, null, null, CostGap.Inconsistent)
            : new WindowCost(name, total, models, byAgent, crons, Math.Max(0, other), null);
    }

    private static Dictionary<string, decimal> Sum(IEnumerable<KeyValuePair<string, decimal>> costs) => costs
        .GroupBy(c => c.Key, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Sum(c => c.Value), StringComparer.Ordinal);
}
