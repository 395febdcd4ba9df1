using System.Text.Json;

namespace FleetExporter.OpenClaw.Protocol;

/// <summary>Tokens and cost of one model, or of one session.</summary>
/// <param name="Input">Without cached tokens.</param>
/// <param name="Cost">US dollars; null if the gateway reports none.</param>
internal sealed record GatewayTokens(double? Input, double? Output, double? CacheRead, double? CacheWrite, double? Cost)
{
    public static readonly GatewayTokens None = new(0, 0, 0, 0, 0) { Calls = 0 };

    /// <summary>Calls of the model; null if the gateway reports none.</summary>
    public double? Calls { get; init; }

    public double? Total => Input is null && Output is null && CacheRead is null && CacheWrite is null ? null
        : (Input ?? 0) + (Output ?? 0) + (CacheRead ?? 0) + (CacheWrite ?? 0);

    /// <summary>The cost for exact sums: the 15 digits that a double holds, so that 0.06883500000000001 is 0.068835.</summary>
    public decimal? Usd => (decimal?)Cost;

    /// <param name="count">Calls, beside the totals.</param>
    internal static GatewayTokens? Of(JsonElement? totals, double? count = null) => totals is { ValueKind: JsonValueKind.Object } of
        ? new(of.Amount("input"), of.Amount("output"), of.Amount("cacheRead"), of.Amount("cacheWrite"), of.Amount("totalCost")) { Calls = count }
        : null;

    /// <summary>Unknown values count as 0, unless all are; calls are unknown if any of them are.</summary>
    public static GatewayTokens Sum(IEnumerable<GatewayTokens> tokens)
    {
        var all = tokens.ToList();
        return new(Add(t => t.Input), Add(t => t.Output), Add(t => t.CacheRead), Add(t => t.CacheWrite), Add(t => t.Cost))
        {
            Calls = all.Count > 0 && all.All(t => t.Calls is not null) ? all.Sum(t => t.Calls) : null,
        };

        double? Add(Func<GatewayTokens, double?> of) => all.Exists(t => of(t) is not null) ? all.Sum(t => of(t) ?? 0) : null;
    }

    /// <summary>What is left of this one; never negative.</summary>
    public GatewayTokens Less(GatewayTokens other) => new(
        Less(Input, other.Input), Less(Output, other.Output), Less(CacheRead, other.CacheRead), Less(CacheWrite, other.CacheWrite),
        Less(Cost, other.Cost));

    private static double? Less(double? a, double? b) => Math.Max(0, (a ?? 0) - (b ?? 0)) is var rest && rest > 1e-9 ? rest : 0;
}
