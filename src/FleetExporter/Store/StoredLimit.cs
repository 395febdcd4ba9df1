using FleetExporter.Config;

namespace FleetExporter.Store;

/// <summary>A threshold that the API set.</summary>
/// <param name="Name">May be unknown here: a newer exporter may share the store.</param>
/// <param name="Value">In the base unit.</param>
/// <param name="ChangedBy">Name of the caller.</param>
internal sealed record StoredThreshold(string Name, double Value, string ChangedBy, DateTimeOffset ChangedAt);

/// <summary>A budget that the API set.</summary>
/// <param name="ChangedBy">Name of the caller.</param>
internal sealed record StoredBudget(Budget Budget, string ChangedBy, DateTimeOffset ChangedAt);

/// <summary>All stored thresholds, by name, and budgets, by key, as of one moment.</summary>
internal sealed record LimitRows(ValueList<StoredThreshold> Thresholds, ValueList<StoredBudget> Budgets);

internal sealed class StoredThresholdRow
{
    public string Name { get; set; } = "";

    public double Value { get; set; }

    public string ChangedBy { get; set; } = "";

    public long ChangedAt { get; set; }

    public static StoredThresholdRow Of(StoredThreshold t) => new()
    {
        Name = t.Name,
        Value = t.Value,
        ChangedBy = Cells.Text(t.ChangedBy),
        ChangedAt = Cells.Of(t.ChangedAt),
    };

    public StoredThreshold ToRecord() => new(Name, Value, ChangedBy, Cells.Time(ChangedAt));
}

internal sealed class StoredBudgetRow
{
    public string Gateway { get; set; } = "";

    public string Agent { get; set; } = "";

    public string Cron { get; set; } = "";

    public string Period { get; set; } = "";

    public double Usd { get; set; }

    public string ChangedBy { get; set; } = "";

    public long ChangedAt { get; set; }

    public static StoredBudgetRow Of(StoredBudget b) => new()
    {
        Gateway = b.Budget.Key.Gateway,
        Agent = b.Budget.Key.Agent ?? "",
        Cron = b.Budget.Key.Cron ?? "",
        Period = Cells.Of(b.Budget.Key.Period),
        Usd = b.Budget.Usd,
        ChangedBy = Cells.Text(b.ChangedBy),
        ChangedAt = Cells.Of(b.ChangedAt),
    };

    public StoredBudget ToRecord() => new(
        new Budget(new BudgetKey(Gateway, OrNull(Agent), OrNull(Cron), Cells.Member<BudgetPeriod>(Period)), Usd), ChangedBy, Cells.Time(ChangedAt));

    private static string? OrNull(string cell) => cell.Length == 0 ? null : cell;
}
