using FleetExporter.OpenClaw;

namespace FleetExporter.Views.Agents;

/// <summary>What a gateway's agents cost, in US dollars; unknown values are null. Windows are today, 7d, 30d and all, of UTC days.</summary>
/// <param name="Reason">As in <see cref="MonitoredPart"/>.</param>
/// <param name="Day">The UTC day that <c>today</c> means: for some minutes after midnight, yesterday.</param>
/// <param name="Settled">False while the gateway is still adding up: the values are too small then.</param>
/// <param name="Usd">By window.</param>
/// <param name="UsdReason">
/// Why a window is null: <c>refreshing</c> (the gateway has not added up anything yet) or <c>too_many_agents</c>. Null if all are known.
/// </param>
/// <param name="ByCron">
/// Jobs with sessions, the most expensive first. Together with <paramref name="OtherUsd"/> they are the total of each window, to the cent.
/// </param>
/// <param name="OtherUsd">By window: without cron jobs.</param>
/// <param name="ByCronReason">
/// Why the costs of cron jobs are null in some windows: as <paramref name="UsdReason"/>, <c>too_many_sessions</c> (the gateway lists at most 1000 of
/// an agent) or <c>inconsistent</c> (its sessions cost more than its total). Null if all are known.
/// </param>
/// <param name="ByDay">The last 30 UTC days, the oldest first.</param>
/// <param name="Daily">When and why, for <paramref name="ByDay"/> and <paramref name="ProjectedMonthUsd"/>, which are told separately.</param>
internal sealed record MonitoredCosts(
    string Gateway, string Host, DateTimeOffset? At, string? Reason, DateOnly? Day, bool? Settled, IReadOnlyDictionary<string, decimal?>? Usd,
    string? UsdReason, decimal? ProjectedMonthUsd, IReadOnlyList<ModelCostView>? ByModel, IReadOnlyList<AgentCostView>? ByAgent,
    IReadOnlyList<CronCostView>? ByCron, IReadOnlyDictionary<string, decimal?>? OtherUsd, string? ByCronReason, IReadOnlyList<DayCostView>? ByDay,
    MonitoredPart Daily)
{
    public static MonitoredCosts Of(MonitoredGateway gateway)
    {
        var part = gateway.PartOf("sessions.usage");
        var (usage, month) = (gateway.Reading?.Usage, gateway.Reading?.Month);
        var windows = usage is null ? null : GatewayCosts.Of(usage);
        return new MonitoredCosts(
            part.Gateway,
            part.Host,
            part.At,
            part.Reason,
            usage?.Day,
            usage?.Settled,
            windows is null ? null : ByWindow(windows, w => w.Total),
            Word(windows?.FirstOrDefault(w => w.Total is null)?.Gap),
            month is null ? null : Math.Round((decimal)Math.Min(month.Projected, 1e18), 6),
            windows is null ? null : Rows(windows, w => w.Total is null ? null : w.Models, (model, usd) => new ModelCostView(model, usd)),
            windows is null ? null : Rows(windows, w => w.Gap is CostGap.Refreshing ? null : w.Agents, (agent, usd) => new AgentCostView(agent, usd)),
            windows?.Any(w => w.Crons is not null) == true ? CronRows(gateway, windows) : null,
            windows is null ? null : ByWindow(windows, w => w.Other),
            Word(windows?.FirstOrDefault(w => w.Crons is null)?.Gap),
            month?.Days is { } days ? [.. days.Select(d => new DayCostView(d.Date, d.Usd, JsonNumber.Whole(d.Tokens)))] : null,
            gateway.PartOf("usage.cost"));
    }

    private static string? Word(CostGap? gap) => gap is { } known ? Words.Of(known) : null;

    private static Dictionary<string, decimal?> ByWindow(IReadOnlyList<WindowCost> windows, Func<WindowCost, decimal?> cost) =>
        windows.ToDictionary(w => w.Window, cost);

    /// <summary>A model or agent without use in a window costs 0 in it; the most expensive of all time is first.</summary>
    /// <param name="part">Null if unknown.</param>
    private static List<T> Rows<T>(
        IReadOnlyList<WindowCost> windows, Func<WindowCost, IReadOnlyDictionary<string, decimal>?> part,
        Func<string, IReadOnlyDictionary<string, decimal?>, T> row) =>
        [.. windows.SelectMany(w => part(w)?.Keys ?? []).Distinct(StringComparer.Ordinal)
            .OrderByDescending(name => part(windows[^1])?.GetValueOrDefault(name)).ThenBy(name => name, StringComparer.Ordinal)
            .Select(name => row(name, ByWindow(windows, w => part(w) is { } costs ? costs.GetValueOrDefault(name) : null)))];

    private static List<CronCostView> CronRows(MonitoredGateway gateway, IReadOnlyList<WindowCost> windows)
    {
        var names = gateway.Reading?.Crons?.Crons.ToDictionary(c => c.Id, c => c.Name, StringComparer.Ordinal);
        return [.. GatewayCosts.CronIds(windows).Select(id => new CronCostView(
            id, names?.GetValueOrDefault(id) is { Length: > 0 } name ? name : null, ByWindow(windows, w => GatewayCosts.OfCron(w, id))))];
    }
}

/// <param name="Model">unknown for what the gateway does not assign to a model.</param>
internal sealed record ModelCostView(string Model, IReadOnlyDictionary<string, decimal?> Usd);

internal sealed record AgentCostView(string Agent, IReadOnlyDictionary<string, decimal?> Usd);

/// <param name="Name">Null if the job no longer exists, or the gateway did not list its jobs.</param>
internal sealed record CronCostView(string Id, string? Name, IReadOnlyDictionary<string, decimal?> Usd);

/// <param name="Date">A UTC day.</param>
/// <param name="Tokens">Of all types.</param>
internal sealed record DayCostView(DateOnly Date, decimal? Usd, long? Tokens);
