using FleetExporter.Config;
using FleetExporter.Metrics;

namespace FleetExporter.Targets.Ports;

/// <summary>TCP ports: one connection per poll.</summary>
internal sealed class PortCollector() : TargetCollector(PortConfig.TargetKind, Up, Failure, Duration)
{
    public static readonly MetricFamily Up = MetricFamily.Gauge("fleet_port_up", "1 while the port accepts connections.", "host", "port");

    public static readonly MetricFamily Failure = MetricFamily.Gauge(
        "fleet_port_failure", "1 for the reason why the last connection failed; all 0 after a success.", "host", "port", "reason");

    public static readonly MetricFamily Duration = MetricFamily.Gauge(
        "fleet_port_connect_seconds", "Time until the port accepted the connection.", "host", "port");

    public override ITargetPoller Open(TargetConfig target, TargetContext tools) => new PortPoller((PortConfig)target, tools.Clock);

    public override void WriteVerdict(MetricsPage page, Labels target, TargetVerdict verdict)
    {
        if (verdict.Attempted)
        {
            page.Add(Up, target, verdict.Up ? 1 : 0);
            TargetStates.AddReason(page, Failure, target, verdict.Failure);
        }
    }

    public override IEnumerable<TargetConfig> Simulate(SimulatedNetwork network) =>
        [new PortConfig { Name = "door", Connect = new HostAddress("127.0.0.1", network.Listen(null)) }];
}
