namespace FleetExporter.Config;

/// <summary>What a budget is for. Days and months are of UTC.</summary>
internal enum BudgetPeriod
{
    Day,
    Month,
}

/// <summary>What a budget limits: the cost of a gateway, or of one agent or cron job of it, per day or month.</summary>
/// <param name="Gateway">Name of the gateway.</param>
/// <param name="Agent">Null for all agents.</param>
/// <param name="Cron">Id of the cron job; null for all. Never together with an agent.</param>
internal sealed record BudgetKey(string Gateway, string? Agent, string? Cron, BudgetPeriod Period)
{
    /// <summary>The kind of target that a gateway is.</summary>
    public const string GatewayKind = "gateway";

    /// <summary>Sorts as a list of budgets is ordered: by gateway, the whole gateway before its agents and cron jobs.</summary>
    public string Order => string.Join('\0', Gateway, Agent, Cron, Words.Of(Period));

    /// <summary>One line: <c>claw agent main day</c>.</summary>
    public override string ToString() =>
        Gateway + (Agent is null ? "" : $" agent {Agent}") + (Cron is null ? "" : $" cron {Cron}") + $" {Words.Of(Period)}";
}

/// <summary>An entry of <c>budgets:</c>.</summary>
/// <param name="Usd">US dollars; above 0.</param>
internal sealed record Budget(BudgetKey Key, double Usd);
