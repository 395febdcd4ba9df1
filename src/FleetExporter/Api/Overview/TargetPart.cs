namespace FleetExporter.Api.Overview;

/// <summary>A provider, a gateway or a tunnel in short: the overview has all of them, so that none fails unseen behind the one that its part shows.</summary>
/// <param name="Status">That of its part; of a provider with a unit that of a heartbeat.</param>
/// <param name="Kind">provider, gateway or tunnel.</param>
/// <param name="Reason">What is wrong in one line; null when nothing is.</param>
/// <param name="LatencyMs">Of the last attempt; null when it failed.</param>
public sealed record TargetPart(
    PartStatus Status, string Kind, string Name, string? Reason, double? LatencyMs, int ConsecutiveFailures, DateTimeOffset? LastHealthyAt) : IPart
{
    public static TargetPart Of(ProviderFacts facts) => From(
        "provider", facts.Target, OverviewRules.Heartbeat(facts.Target.Asked, facts.Healthy, facts.Loading, facts.Unit?.Active),
        facts.Loading ? "loads its model" : facts.Healthy ? null : "not healthy", UnitOf(facts.Unit));

    public static TargetPart Of(GatewayFacts facts) => From(
        "gateway", facts.Target, OverviewRules.Gateway(facts.Target.Asked, facts.Ok, facts.Discord?.Ok), facts.Ok ? "its Discord channel is down" : "not ready", null);

    public static TargetPart Of(TunnelFacts facts) => From(
        "tunnel", facts.Target, OverviewRules.Tunnel(facts.Target.Asked, facts.Target.Up, facts.Unit?.Active), "not reachable", UnitOf(facts.Unit));

    private static TargetPart From(string kind, TargetFacts target, PartStatus status, string? wrong, string? unit)
    {
        var reason = status == PartStatus.Ok ? null
            : !target.Asked ? "not asked yet"
            : string.Join(", ", new[] { target.Error ?? wrong, unit }.OfType<string>());
        return new TargetPart(status, kind, target.Name, reason, target.LatencyMs, target.ConsecutiveFailures, target.LastHealthyAt);
    }

    private static string? UnitOf(UnitFacts? unit) => unit is { Status: { } state } ? $"{unit.Name} is {state}" : null;
}
