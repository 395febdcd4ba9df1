using FleetExporter.Config;
using FleetExporter.OpenClaw;
using FleetExporter.Polling.Snapshots;
using FleetExporter.Polling.Targets;
using FleetExporter.Targets.Providers;
using FleetExporter.Targets.Services;
using FleetExporter.Targets.Tunnels;

namespace FleetExporter.Overview;

/// <summary>
/// A provider, gateway or tunnel in short. The overview lists all of them, so that failures of targets that no part shows are visible.
/// </summary>
/// <param name="Kind">provider, gateway, tunnel; heartbeat for the heartbeat's provider, which does not count towards the overall status.</param>
/// <param name="Reason">The problem in one line; null when there is none.</param>
/// <param name="LatencyMs">Latency of the last attempt in milliseconds; null if it failed.</param>
internal sealed record TargetPart(
    PartStatus Status, string Kind, string Name, string? Reason, double? LatencyMs, int ConsecutiveFailures, DateTimeOffset? LastHealthyAt) : IPart
{
    internal const string Heartbeat = "heartbeat";

    public static TargetPart Of(ProviderSummary summary) => From(
        "provider", summary.Target,
        OverviewRules.Provider(summary.Target.Attempted, summary.Healthy, summary.Loading, summary.Unit?.Active), summary.Problem, summary.Unit);

    public static TargetPart OfHeartbeat(ProviderSummary summary) => From(
        Heartbeat, summary.Target,
        OverviewRules.Heartbeat(summary.Target.Attempted, summary.Healthy, summary.Loading, summary.Unit?.Active), summary.Problem, summary.Unit);

    public static TargetPart Of(GatewaySummary summary) => From(
        "gateway", summary.Target, OverviewRules.Gateway(summary.Target.Attempted, summary.Ok, summary.ChannelsOk), summary.Problem, null);

    public static TargetPart Of(TunnelSummary summary) => From(
        "tunnel", summary.Target, OverviewRules.Tunnel(summary.Target.Attempted, summary.Target.Up, summary.Unit?.Active),
        summary.Problem, summary.Unit);

    public static TargetPart Of(ServiceSummary summary)
    {
        var status = OverviewRules.Provider(summary.Target.Attempted, summary.State == "ok", summary.State == "loading");
        return From("service", summary.Target, status, summary.Target.Error ?? "loading its model", null);
    }

    /// <summary>A target of any kind.</summary>
    public static TargetPart Of(TargetConfig target, FleetState state, Instant now) => target switch
    {
        ServiceConfig service => Of(TargetSummaries.Summarize(service, state, now)),
        ProviderConfig provider => Of(TargetSummaries.Summarize(provider, state, now)),
        GatewayConfig gateway => Of(TargetSummaries.Summarize(gateway, state, now)),
        TunnelConfig tunnel => Of(TargetSummaries.Summarize(tunnel, state, now)),
        _ => Of(TargetCatalog.KindOf(target).Name, TargetSummaries.Summarize(target, state)),
    };

    /// <summary>A target of a kind whose readings the overview does not know.</summary>
    public static TargetPart Of(string kind, TargetSummary summary) => From(
        kind, summary, OverviewRules.Tunnel(summary.Attempted, summary.Up, null), summary.Error, null);

    private static TargetPart From(string kind, TargetSummary target, PartStatus status, string? problem, UnitSummary? unit)
    {
        var reason = status == PartStatus.Ok ? null
            : !target.Attempted ? "not polled yet"
            : string.Join(", ", new[] { problem, unit?.Description }.OfType<string>());
        return new TargetPart(status, kind, target.Name, reason, target.LatencyMs, target.ConsecutiveFailures, target.LastHealthyAt);
    }
}
