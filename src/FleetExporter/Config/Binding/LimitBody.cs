using System.Text.Json;
using FleetExporter.Config.Yaml;

namespace FleetExporter.Config.Binding;

/// <summary>Binds thresholds and budgets of the API with the keys, types and messages of fleet.yml.</summary>
internal static class LimitBody
{
    /// <param name="body">An object with the key <c>value</c>.</param>
    /// <returns>The value in the base unit, or the errors by key.</returns>
    public static (double? Value, Dictionary<string, string[]> Errors) Threshold(Threshold threshold, JsonElement body)
    {
        var table = new KeyTable<double>(
            Key.Of("value", ConfigKeys.KindOf(threshold), "", (double _, double value) => value) with { IsRequired = true });
        var (value, errors) = Bind(body, field => table.Bind(0, field));
        return (errors.Count == 0 ? value : null, errors);
    }

    /// <param name="body">An object with the keys of an entry of <c>budgets</c>.</param>
    /// <param name="gateways">Names of all gateways.</param>
    /// <returns>The budget, or the errors by key.</returns>
    public static (Budget? Budget, Dictionary<string, string[]> Errors) Budget(JsonElement body, IReadOnlyCollection<string> gateways)
    {
        var (budget, errors) = Bind(body, field => BudgetKeys.BindOne(field, gateways));
        return (errors.Count == 0 ? budget : null, errors);
    }

    private static (T Value, Dictionary<string, string[]> Errors) Bind<T>(JsonElement body, Func<Field, T> bind)
    {
        var binder = new Binder("", "/", static _ => null) { Api = new ApiRules([], MustExist: false, AllowsLinkLocal: false) };
        return (bind(new Field(binder, "", JsonTree.Of(body))), binder.ErrorsByField);
    }
}
