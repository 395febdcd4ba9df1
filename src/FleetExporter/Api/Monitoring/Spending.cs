using FleetExporter.Config;
using FleetExporter.OpenClaw;
using FleetExporter.Views.Agents;

namespace FleetExporter.Api.Monitoring;

/// <summary>What has been spent of a budget, in US dollars.</summary>
/// <param name="Usd">Null if unknown.</param>
/// <param name="ProjectedUsd">At the end of the month; null if unknown, and for a day.</param>
/// <param name="Reason">Why <paramref name="Usd"/> is null.</param>
/// <param name="At">When the gateway told it.</param>
internal sealed record Spending(decimal? Usd, decimal? ProjectedUsd, string? Reason, DateTimeOffset? At)
{
    /// <param name="gateway">Null where no such gateway is watched.</param>
    public static Spending Of(BudgetKey key, MonitoredGateway? gateway, DateTimeOffset now) =>
        gateway is null ? Unknown("unknown_gateway")
        : key.Period == BudgetPeriod.Day ? OfDay(key, gateway)
        : key is { Agent: null, Cron: null } ? OfMonth(gateway, now)
        : Unknown("not_reported");

    private static Spending OfMonth(MonitoredGateway gateway, DateTimeOffset now)
    {
        var part = gateway.PartOf("usage.cost");
        var today = DateOnly.FromDateTime(now.UtcDateTime);
        return gateway.Reading?.Month is not { } month ? new Spending(null, null, part.Reason, part.At)
            : month.First != new DateOnly(today.Year, today.Month, 1) ? new Spending(null, null, Words.Of(GatewayGap.Stale), part.At)
            : month is { Settled: false, Usd: 0 } ? new Spending(null, null, Words.Of(CostGap.Refreshing), part.At)
            : new Spending(Rounded(month.Usd), Rounded(month.Projected), null, part.At);
    }

    private static Spending OfDay(BudgetKey key, MonitoredGateway gateway)
    {
        var part = gateway.PartOf("sessions.usage");
        if (gateway.Reading?.Usage is not { } usage)
        {
            return new Spending(null, null, part.Reason, part.At);
        }

        var today = GatewayCosts.Of(usage)[0];
        var (usd, unknown) = key switch
        {
            { Agent: { } agent } => (OfAgent(today, agent), "unknown_agent"),
            { Cron: { } cron } => (OfCron(today, cron, gateway), "unknown_cron"),
            _ => (today.Total, null),
        };
        return new Spending(usd, null, usd is not null ? null : today.Gap is { } gap ? Words.Of(gap) : unknown, part.At);
    }

    /// <summary>The cost of every agent that is asked for is known once the gateway has added up something.</summary>
    private static decimal? OfAgent(WindowCost today, string agent) =>
        today.Gap is not CostGap.Refreshing && today.Agents.TryGetValue(agent, out var usd) ? usd : null;

    /// <summary>A job without sessions has cost nothing, if it exists.</summary>
    private static decimal? OfCron(WindowCost today, string cron, MonitoredGateway gateway)
    {
        var isUnknown = gateway.Reading?.Crons is { Next: null } crons && crons.Crons.All(c => c.Id != cron);
        return today.Crons?.ContainsKey(cron) != true && isUnknown ? null : GatewayCosts.OfCron(today, cron);
    }

    private static Spending Unknown(string reason) => new(null, null, reason, null);

    private static decimal Rounded(double usd) => Math.Round((decimal)Math.Min(usd, 1e18), 6);
}
