using FleetExporter.Collectors;
using FleetExporter.Config;
using FleetExporter.Metrics;

namespace FleetExporter.Targets;

/// <summary>
/// SSH tunnels: whether somebody listens, whether data come through, and whether the unit that keeps it open is active, joined into one verdict.
/// </summary>
public sealed class TunnelCollector() : TargetCollector("tunnel", TunnelUp, State, TcpUp, DataUp, UnitActive, ProbeDuration, Failure)
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

    public override IEnumerable<TargetConfig> TargetsOf(FleetConfig config) => config.Tunnels;

    public override ITargetSession Open(TargetConfig target, TargetTools tools) => new TunnelSession((TunnelConfig)target, tools);

    public override void WriteVerdict(MetricsPage page, Labels target, TargetVerdict verdict)
    {
        if (!verdict.Attempted)
        {
            return;
        }

        // Every attempt leaves a reading, except one that was a bug: then nothing is proven.
        var state = (verdict.Reading as TunnelReading)?.State ?? TunnelState.Down;
        page.Add(TunnelUp, target, verdict.Up ? 1 : 0);
        page.AddStates(State, target, "state", Words.All<TunnelState>(), Words.Of(state));
        TargetWords.AddReason(page, Failure, target, verdict.Failure);
    }
}
