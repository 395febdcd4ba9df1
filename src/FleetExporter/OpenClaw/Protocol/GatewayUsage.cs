using System.Text.Json;

namespace FleetExporter.OpenClaw.Protocol;

/// <summary>Usage of one agent in a window of days.</summary>
/// <param name="Settled">False while the gateway is still computing: the sums are too small then.</param>
/// <param name="Models">By model; usage without a model is under <see cref="NoModel"/>.</param>
/// <param name="Sessions">By session key, for listed sessions.</param>
internal sealed record GatewayUsage(
    bool Settled, IReadOnlyDictionary<string, GatewayTokens> Models, IReadOnlyDictionary<string, GatewayTokens> Sessions)
{
    public const string NoModel = TokensByModel.NoModel;

    /// <summary>Total cost in US dollars, as the gateway adds it up.</summary>
    public decimal Cost { get; init; }

    /// <summary>Cost in US dollars by id of the cron job, for those with sessions; null if the gateway did not list all sessions.</summary>
    public IReadOnlyDictionary<string, decimal>? Crons { get; init; }

    /// <summary>Usage of sub-agents by model; null if the gateway did not list all sessions.</summary>
    public IReadOnlyDictionary<string, GatewayTokens>? Subagents { get; init; }

    /// <summary>Parses the answer of <c>sessions.usage</c> for one agent.</summary>
    /// <exception cref="FormatException">No <c>totals</c>, no list <c>aggregates.byModel</c>, or a total that is negative.</exception>
    /// <remarks>Tested with 2026.5.28 (while refreshing: every <c>usage</c> null) and 2026.9.6.</remarks>
    public static GatewayUsage Parse(JsonElement payload)
    {
        const string method = "sessions.usage";
        payload.RequireObject(method);
        var total = GatewayTokens.Of(payload.Member("totals"));
        if (total is not { Input: not null, Output: not null, Cost: not null } || payload.Member("aggregates") is not { } aggregates)
        {
            throw new FormatException($"{method}: no usable 'totals', or no 'aggregates'");
        }

        var rows = aggregates.RequireList("byModel", method).Select(TokensByModel.Row).ToList();
        if (rows.Exists(r => r is null))
        {
            throw new FormatException($"{method}: a row of 'byModel' has no usable 'totals'");
        }

        return new GatewayUsage(
            IsSettled(payload), TokensByModel.Split(total, rows.Select(r => r!.Value)), GatewaySessionUsage.ByKey(payload))
        {
            Cost = total.Usd ?? 0,
            Crons = GatewaySessionUsage.Crons(payload),
            Subagents = GatewaySessionUsage.Subagents(payload),
        };
    }

    /// <summary>Whether the gateway's cache is complete; true if not reported.</summary>
    internal static bool IsSettled(JsonElement payload) => payload.Member("cacheStatus")?.Text("status") is null or "fresh";
}
