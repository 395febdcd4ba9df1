using FleetExporter.Metrics;

namespace FleetExporter.Targets;

/// <summary>The metric families of <see cref="TunnelCollector"/>.</summary>
internal static class TunnelFamilies
{
    public static readonly MetricFamily TunnelUp = MetricFamily.Gauge(
        "fleet_tunnel_up", "1 while the tunnel carries data as far as its check sees.", "host", "tunnel");

    public static readonly MetricFamily State = MetricFamily.Gauge(
        "fleet_tunnel_state",
        "1 for the verdict: up, half_dead (connections are accepted, nothing comes through), "
            + "unit_active_port_dead (nobody listens though the unit is active) or down.",
        "host", "tunnel", "state");

    public static readonly MetricFamily TcpUp = MetricFamily.Gauge(
        "fleet_tunnel_tcp_up", "1 while connections to the tunnel are accepted.", "host", "tunnel");

    public static readonly MetricFamily DataUp = MetricFamily.Gauge(
        "fleet_tunnel_data_up", "1 while the check through the tunnel is answered; absent with verify tcp, and while no connection is accepted.",
        "host", "tunnel");

    public static readonly MetricFamily UnitActive = MetricFamily.Gauge(
        "fleet_tunnel_unit_active",
        "1 while the tunnel's unit is active, from its host's systemd; absent without a unit and while the host does not tell.", "host", "tunnel");

    public static readonly MetricFamily ProbeDuration = MetricFamily.Gauge(
        "fleet_tunnel_probe_duration_seconds", "Time the last check took, from connecting to the proof or the failure.", "host", "tunnel");

    public static readonly MetricFamily Failure = MetricFamily.Gauge(
        "fleet_tunnel_failure", "1 for the reason why the tunnel is not up; all 0 while it is.", "host", "tunnel", "reason");

    /// <summary>In the order of the catalogue.</summary>
    public static IReadOnlyList<MetricFamily> All { get; } =
    [
        TunnelUp, State, TcpUp, DataUp, UnitActive, ProbeDuration, Failure,
    ];
}
