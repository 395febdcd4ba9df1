using FleetExporter.Config;
using FleetExporter.Metrics;
using FleetExporter.OpenClaw.Protocol;
using FleetExporter.OpenClaw.Simulation;
using FleetExporter.Targets;
using static FleetExporter.OpenClaw.GatewayFamilies;

namespace FleetExporter.OpenClaw;

/// <summary>OpenClaw gateways: the gateway itself, its channels, sessions, usage, cron jobs and tasks, over one persistent WebSocket.</summary>
internal sealed class GatewayCollector() : TargetCollector(GatewayConfig.TargetKind, [.. GatewayFamilies.All, .. GatewayWorkFamilies.All])
{
    public override ITargetPoller Open(TargetConfig target, TargetContext tools)
    {
        var link = new GatewayLink(target.Name, tools.Clock);
        tools.Links.Set(target.Name, link);
        return new GatewayPoller((GatewayConfig)target, tools, link);
    }

    public override IEnumerable<TargetConfig> Simulate(SimulatedNetwork network)
    {
        new SimulatedGateway(network.Clock, GatewayAnswers.Of).Map(network.Routes);
        return [new GatewayConfig { Name = SimulatedGateway.Name, Url = new Uri($"ws://127.0.0.1:{network.Port}/"), Channels = ["discord"] }];
    }

    public override void WriteVerdict(MetricsPage page, Labels target, TargetVerdict verdict)
    {
        if (!verdict.Attempted)
        {
            return;
        }

        var probes = (verdict.Reading as GatewayReading)?.Probes ?? (verdict.Up ? null : GatewayProbes.NoAnswer);
        page.Add(Up, target, verdict.Up ? 1 : 0);
        page.Add(Live, target, GatewayPage.Flag(probes?.Live));
        page.Add(Ready, target, GatewayPage.Flag(probes?.Ready));
    }
}
