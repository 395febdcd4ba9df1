using FleetExporter.Config;
using FleetExporter.Metrics;

namespace FleetExporter.Control;

/// <summary>Writes the budgets of the gateways that are watched.</summary>
internal sealed class BudgetPage(LimitList limits, TargetList targets) : IPagePart
{
    public static readonly MetricFamily Usd = MetricFamily.Gauge(
        "fleet_budget_usd",
        "Budget of a gateway, or of one agent or cron job of it, for a day or a month (UTC), in US dollars; the alert rules compare costs with it.",
        "host", "gateway", "agent", "cron", "period").WithMaxSeries(1024);

    public void WriteTo(MetricsPage page)
    {
        var budgets = limits.Budgets;
        if (budgets.Count == 0)
        {
            return;
        }

        var hosts = targets.All.Where(t => t is { Kind: BudgetKey.GatewayKind, Idle: null })
            .ToDictionary(t => t.Name, t => t.Host, StringComparer.Ordinal);
        foreach (var (key, usd) in budgets.Select(b => b.Budget))
        {
            if (hosts.TryGetValue(key.Gateway, out var host))
            {
                page.Add(
                    Usd, Labels.Of("host", host).With("gateway", key.Gateway), usd,
                    ("agent", key.Agent ?? ""), ("cron", key.Cron ?? ""), ("period", Words.Of(key.Period)));
            }
        }
    }
}
