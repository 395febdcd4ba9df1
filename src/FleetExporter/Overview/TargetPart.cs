using FleetExporter.Api;
using FleetExporter.Api.Http;

namespace FleetExporter.Overview;

/// <summary>
/// A provider, a gateway or a tunnel in short: the overview has all of them, so that none fails unseen behind the one that its part shows.
/// </summary>
/// <param name="Kind">provider, gateway, tunnel; heartbeat for the provider that the overview's heartbeat alone shows, which does not count.</param>
/// <param name="Reason">What is wrong in one line; null when nothing is.</param>
/// <param name="LatencyMs">Of the last attempt; null when it failed.</param>
internal sealed record TargetPart(
    PartStatus Status, string Kind, string Name, string? Reason, double? LatencyMs, int ConsecutiveFailures, DateTimeOffset? LastHealthyAt) : IPart
{
    internal const string Heartbeat = "heartbeat";

    public static TargetPart Of(ProviderFacts facts) => From(
        "provider", facts.Target,
        OverviewRules.Provider(facts.Target.Asked, facts.Healthy, facts.Loading, facts.Unit?.Active), facts.Problem, facts.Unit);

    public static TargetPart OfHeartbeat(ProviderFacts facts) => From(
        Heartbeat, facts.Target,
        OverviewRules.Heartbeat(facts.Target.Asked, facts.Healthy, facts.Loading, facts.Unit?.Active), facts.Problem, facts.Unit);

    public static TargetPart Of(GatewayFacts facts) => From(
        "gateway", facts.Target, OverviewRules.Gateway(facts.Target.Asked, facts.Ok, facts.Discord?.Ok), facts.Problem, null);

    public static TargetPart Of(TunnelFacts facts) => From(
        "tunnel", facts.Target, OverviewRules.Tunnel(facts.Target.Asked, facts.Target.Up, facts.Unit?.Active), facts.Problem, facts.Unit);

    private static TargetPart From(string kind, TargetFacts target, PartStatus status, string? problem, UnitFacts? unit)
    {
        var reason = status == PartStatus.Ok ? null
            : !target.Asked ? "not asked yet"
            : string.Join(", ", new[] { problem, unit?.Description }.OfType<string>());
        return new TargetPart(status, kind, target.Name, reason, target.LatencyMs, target.ConsecutiveFailures, target.LastHealthyAt);
    }
}
