using FleetExporter.Config;
using FleetExporter.OpenClaw;
using FleetExporter.Polling.Snapshots;
using FleetExporter.Targets.Providers;
using FleetExporter.Targets.Services;
using FleetExporter.Targets.Tunnels;

namespace FleetExporter.Views;

/// <summary>What is known of one target of any kind.</summary>
internal static class TargetDetails
{
    /// <param name="snapshot">Null while the target is not watched.</param>
    public static TargetDetailView Of(TargetConfig? target, TargetSnapshot? snapshot, FleetState state, Instant now) => target switch
    {
        ServiceConfig => new ServiceDetailView(snapshot, now),
        ProviderConfig provider => new ProviderDetailView(provider, snapshot, state, now),
        GatewayConfig => new GatewayDetailView(snapshot, now),
        TunnelConfig tunnel => new TunnelDetailView(tunnel, snapshot, state, now),
        _ => new TargetDetailView(snapshot, now),
    };

    /// <summary>When its TLS certificate expires; null without TLS or a fresh reading.</summary>
    public static DateTimeOffset? CertificateExpiry(TargetSnapshot? snapshot, Instant now) =>
        snapshot?.Get<ServiceReading>(now)?.CertificateExpires ?? snapshot?.Get<ProviderReading>(now)?.CertificateExpires;
}
