using System.Text.Json;

namespace FleetExporter.OpenClaw.Protocol;

/// <summary>Usage by model, which adds up to a total.</summary>
internal static class TokensByModel
{
    /// <summary>Usage without a model, and of models beyond <see cref="Max"/>.</summary>
    public const string NoModel = "unknown";

    private const int Max = 200;

    /// <summary>A row of <c>byModel</c> or <c>modelUsage</c>.</summary>
    /// <returns>Null without usable <c>totals</c>.</returns>
    public static (string Model, GatewayTokens Tokens)? Row(JsonElement row) =>
        GatewayTokens.Of(row.Member("totals"), row.Amount("count")) is { Input: not null, Output: not null, Cost: not null } tokens
            ? (GatewayName.Clean(row.Text("model")) ?? NoModel, tokens)
            : null;

    /// <summary>Sums the rows by model. What they lack of the total has no model.</summary>
    public static Dictionary<string, GatewayTokens> Split(GatewayTokens total, IEnumerable<(string Model, GatewayTokens Tokens)> rows)
    {
        // Two providers may have models of the same name.
        var models = rows.GroupBy(r => r.Model, StringComparer.Ordinal).ToDictionary(g => g.Key, g => GatewayTokens.Sum(g.Select(r => r.Tokens)));
        foreach (var (model, tokens) in models.OrderByDescending(m => m.Value.Cost).Skip(Max).Where(m => m.Key != NoModel).ToList())
        {
            models.Remove(model);
            Add(tokens);
        }

        var rest = total.Less(GatewayTokens.Sum(models.Values));
        if (rest.Cost > 1e-9 || rest.Total > 0)
        {
            Add(rest);
        }

        return models;

        void Add(GatewayTokens more) =>
            models[NoModel] = models.TryGetValue(NoModel, out var known) ? GatewayTokens.Sum([more, known]) : more;
    }

    /// <summary>Sums several of them by model.</summary>
    public static Dictionary<string, GatewayTokens> Sum(IEnumerable<IReadOnlyDictionary<string, GatewayTokens>> all) => all
        .SelectMany(models => models).GroupBy(m => m.Key, StringComparer.Ordinal)
        .ToDictionary(g => g.Key, g => GatewayTokens.Sum(g.Select(m => m.Value)), StringComparer.Ordinal);
}
