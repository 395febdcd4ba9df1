using FleetExporter.OpenClaw;
using FleetExporter.Overview;
using FleetExporter.Polling.Snapshots;
using FleetExporter.Views;
using FleetExporter.Views.Agents;

namespace FleetExporter.Api.Monitoring;

/// <summary>One gateway: whether it works, its process, queues and channels.</summary>
/// <param name="Status">ok, degraded, error or unknown, as in the list of targets.</param>
/// <param name="Reason">Why it fails, in words; null where it does not.</param>
/// <param name="Protocol">The version of the protocol that it speaks with the exporter.</param>
/// <param name="NewerVersion">The version that it could be updated to; null for none, and while the gateway has not looked.</param>
/// <param name="Detail">As in <c>/api/targets/gateway/{name}</c>.</param>
/// <param name="EventLoop">Null where it did not tell.</param>
/// <param name="Sources">By method of the gateway: when it answered, or why not.</param>
/// <param name="EventsDropped">Events of its agents beyond what is accepted, since the exporter watches it.</param>
internal sealed record GatewayStateView(
    string Gateway, string Host, string Status, string? Reason, DateTimeOffset? Since, bool IsConnected, int? Protocol, string? NewerVersion,
    GatewayDetailView Detail, EventLoopView? EventLoop, IReadOnlyDictionary<string, MonitoredPart> Sources, long EventsDropped)
{
    /// <param name="link">Null while it is not watched.</param>
    public static GatewayStateView Of(MonitoredGateway gateway, GatewayLink? link, FleetState state, Instant now)
    {
        var (snapshot, reading) = (gateway.Snapshot, gateway.Reading);
        var part = TargetPart.Of(snapshot.Target, state, now);
        var loop = reading?.Health?.EventLoop ?? reading?.System?.EventLoop;
        return new GatewayStateView(
            gateway.Name,
            snapshot.Target.Host,
            snapshot.At is null ? "unknown" : Words.Of(part.Status),
            part.Reason,
            snapshot.Since?.TimeAsOf(now),
            link?.Connection is not null,
            reading?.Protocol,
            link?.NewerVersion,
            new GatewayDetailView(snapshot, now),
            loop is null ? null : new EventLoopView(
                loop.Degraded, JsonNumber.Round(loop.DelayP99?.TotalMilliseconds), JsonNumber.Round(100 * loop.Utilization)),
            (reading?.Sources.Keys ?? []).Order(StringComparer.Ordinal).ToDictionary(m => m, gateway.PartOf),
            link?.Events.Dropped ?? 0);
    }
}

internal sealed record EventLoopView(bool? Degraded, double? DelayP99Ms, double? UtilizationPercent);
