using FleetExporter.Metrics;

namespace FleetExporter.Targets.Tunnels;

/// <summary>The metric families of <see cref="TunnelCollector"/>.</summary>
internal static class TunnelFamilies
{
    public static readonly MetricFamily TunnelUp = MetricFamily.Gauge(
        "fleet_tunnel_up", "1 while the tunnel passes its check.", "host", "tunnel");

    public static readonly MetricFamily State = MetricFamily.Gauge(
        "fleet_tunnel_state",
        "1 for the state: up, half_dead (accepts connections, carries no data), "
            + "unit_active_port_dead (the unit is active, nothing listens) or down.",
        "host", "tunnel", "state");

    public static readonly MetricFamily TcpUp = MetricFamily.Gauge(
        "fleet_tunnel_tcp_up", "1 while the tunnel accepts TCP connections.", "host", "tunnel");

    public static readonly MetricFamily DataUp = MetricFamily.Gauge(
        "fleet_tunnel_data_up", "1 while the check through the tunnel succeeds; absent with verify tcp, and while no connection is accepted.",
        "host", "tunnel");

    public static readonly MetricFamily UnitActive = MetricFamily.Gauge(
        "fleet_tunnel_unit_active",
        "1 while the tunnel's systemd unit is active; absent without a unit and while its state is unknown.", "host", "tunnel");

    public static readonly MetricFamily ProbeDuration = MetricFamily.Gauge(
        "fleet_tunnel_probe_duration_seconds", "Duration of the last check, from connecting to success or failure.", "host", "tunnel");

    public static readonly MetricFamily Failure = MetricFamily.Gauge(
        "fleet_tunnel_failure", "1 for the reason why the tunnel is not up; all 0 while it is.", "host", "tunnel", "reason");

    /// <summary>In the order of the catalogue.</summary>
    public static IReadOnlyList<MetricFamily> All { get; } =
    [
        TunnelUp, State, TcpUp, DataUp, UnitActive, ProbeDuration, Failure,
    ];
}
