using FleetExporter.Config.Yaml;

namespace FleetExporter.Config.Binding;

/// <summary>Configuration keys of budgets. Bound after the gateways, which they name.</summary>
internal static class BudgetKeys
{
    private const int MaxId = 200;

    private static readonly Kind<string> Id = Kinds.Text("id", "1 to 200 printable characters", (string text, out string? id, out string? error) =>
    {
        id = text.Length is > 0 and <= MaxId && !text.Any(char.IsControl) ? text : null;
        error = id is null ? "is not a valid id; give 1 to 200 printable characters" : null;
        return id is not null;
    });

    private static readonly Kind<BudgetPeriod> Period = Kinds.Choice(("day", BudgetPeriod.Day), ("month", BudgetPeriod.Month));

    public static readonly KeyTable<Budget> Entry = new(
        Key.Of("gateway", Kinds.HostName, "", (Budget b, string name) => With(b, b.Key with { Gateway = name })) with { IsRequired = true },
        Key.Of("agent", Id, "", (Budget b, string agent) => With(b, b.Key with { Agent = agent })),
        Key.Of("cron", Id, "", (Budget b, string cron) => With(b, b.Key with { Cron = cron })),
        Key.Of("period", Period, "", (Budget b, BudgetPeriod period) => With(b, b.Key with { Period = period })) with { IsRequired = true },
        Key.Of("usd", Kinds.PositiveNumber(), "", (Budget b, double usd) => b with { Usd = usd }) with { IsRequired = true });

    public static Key<FleetConfig> List(IReadOnlyList<TargetKind> kinds) => new("budgets", "list of budgets", "", "[]", (fleet, field) =>
    {
        var gateways = kinds.Where(kind => kind.Name == BudgetKey.GatewayKind).SelectMany(kind => kind.TargetsOf(fleet)).Select(t => t.Name);
        return fleet with { Budgets = Bind(field, [.. gateways]) };
    });

    /// <summary>Binds one budget and checks that its gateway exists.</summary>
    public static Budget BindOne(Field field, IReadOnlyCollection<string> gateways)
    {
        var budget = Entry.Bind(new Budget(new BudgetKey("", null, null, BudgetPeriod.Day), 0), field);
        var name = budget.Key.Gateway;
        if (name.Length > 0 && !gateways.Contains(name))
        {
            field.Find("gateway")!.FailValue(name, gateways.Count == 0
                ? "is not a gateway; no gateway is configured"
                : $"is not a gateway; give {string.Join(" or ", gateways.Order(StringComparer.Ordinal).Take(10))}");
        }

        if (budget.Key is { Agent: not null, Cron: not null })
        {
            field.Find("cron")!.Fail("a budget is for an agent or for a cron job; give one of the two");
        }

        return budget;
    }

    private static ValueList<Budget> Bind(Field field, List<string> gateways)
    {
        if (field.Node is not YamlList list)
        {
            field.FailType("a list of budgets");
            return [];
        }

        var budgets = new List<Budget>();
        var seen = new Dictionary<BudgetKey, int>();
        foreach (var (index, node) in list.Items.Index())
        {
            var item = field.Item(index, node);
            var budget = BindOne(item, gateways);
            if (budget.Key.Gateway.Length > 0 && !seen.TryAdd(budget.Key, node.Position.Line))
            {
                item.Fail($"is a duplicate of the budget on line {seen[budget.Key]}; give it once");
            }

            budgets.Add(budget);
        }

        return [.. budgets];
    }

    private static Budget With(Budget budget, BudgetKey key) => budget with { Key = key };
}
