using FleetExporter.Control;
using FleetExporter.Views.Agents;

namespace FleetExporter.Api.Monitoring;

/// <summary>A budget and what has been spent of it, in US dollars. Days and months are of UTC.</summary>
/// <param name="Host">Of the gateway; null where no such gateway is watched.</param>
/// <param name="Agent">Null for all agents.</param>
/// <param name="Cron">Id of a cron job; null for all.</param>
/// <param name="Period">day or month.</param>
/// <param name="SpentUsd">Today, or this month so far; null if unknown.</param>
/// <param name="ProjectedUsd">At the end of the month at the pace so far; null for a day, an agent or a cron job, and if unknown.</param>
/// <param name="Reason">
/// Why <paramref name="SpentUsd"/> is null: as in <see cref="MonitoredPart"/>, as <c>usd_reason</c> and <c>by_cron_reason</c> of
/// <see cref="MonitoredCosts"/>, or <c>unknown_gateway</c>, <c>unknown_agent</c>, <c>unknown_cron</c>, or <c>not_reported</c> (gateways report no
/// month of an agent or a cron job). Null if it is known.
/// </param>
/// <param name="Source">file or store.</param>
/// <param name="ChangedBy">Who set it through the API; null for a budget of fleet.yml.</param>
/// <param name="ChangedAt">When; null for a budget of fleet.yml.</param>
/// <param name="At">When the gateway told the costs; null where it did not.</param>
internal sealed record BudgetView(
    string Gateway, string? Host, string? Agent, string? Cron, string Period, double Usd, decimal? SpentUsd, decimal? ProjectedUsd, string? Reason,
    string Source, string? ChangedBy, DateTimeOffset? ChangedAt, DateTimeOffset? At)
{
    /// <param name="gateway">Null where no such gateway is watched.</param>
    public static BudgetView Of(ActiveBudget active, MonitoredGateway? gateway, DateTimeOffset now)
    {
        var (key, row) = (active.Budget.Key, active.Row);
        var spent = Spending.Of(key, gateway, now);
        return new BudgetView(
            key.Gateway, gateway?.Snapshot.Target.Host, key.Agent, key.Cron, Words.Of(key.Period), active.Budget.Usd, spent.Usd, spent.ProjectedUsd,
            spent.Reason, Words.Of(row is null ? LimitSource.File : LimitSource.Store), row?.ChangedBy, row?.ChangedAt, spent.At);
    }
}

/// <summary>Body of a budget, for the description of the API.</summary>
/// <param name="Period">day or month.</param>
/// <param name="Usd">Above 0.</param>
internal sealed record BudgetForm(string Gateway, string? Agent, string? Cron, string Period, double Usd);
