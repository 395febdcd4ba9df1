using FleetExporter.Config;

namespace FleetExporter.OpenClaw.Simulation;

/// <summary>Budgets of the simulated gateway. On busy days the agent research and the job morning-report spend more than theirs.</summary>
internal static class SimulatedBudgets
{
    public static ValueList<Budget> All { get; } =
    [
        Budget(null, null, BudgetPeriod.Day, 1),
        Budget(null, null, BudgetPeriod.Month, 20),
        Budget("research", null, BudgetPeriod.Day, 0.2),
        Budget(null, "c0a1", BudgetPeriod.Day, 0.12),
    ];

    private static Budget Budget(string? agent, string? cron, BudgetPeriod period, double usd) =>
        new(new BudgetKey(SimulatedGateway.Name, agent, cron, period), usd);
}
