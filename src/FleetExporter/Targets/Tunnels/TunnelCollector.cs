using FleetExporter.Config;
using FleetExporter.Metrics;

namespace FleetExporter.Targets.Tunnels;

/// <summary>
/// SSH tunnels: combines whether the port listens, data passes through and the systemd unit is active into one state.
/// </summary>
internal sealed class TunnelCollector() : TargetCollector(TunnelConfig.TargetKind, TunnelFamilies.All)
{
    public override ITargetPoller Open(TargetConfig target, TargetContext tools) => new TunnelPoller((TunnelConfig)target, tools);

    public override IEnumerable<TargetConfig> Simulate(SimulatedNetwork network)
    {
        return
        [
            Tunnel("dgx-llm", network.Port, new TunnelCheck.Http(network.UrlOf("/qwen-coder/health"))) with
            {
                Unit = new UnitName("dgx-llm-tunnel.service", false),
            },
            Tunnel("dgx-ssh", network.Listen("SSH-2.0-OpenSSH_9.6 simulated\r\n"), new TunnelCheck.Banner()),
            Tunnel("lab", network.Listen(null), new TunnelCheck.Banner()) with
            {
                Unit = new UnitName("lab-tunnel.service", false),
                Timeout = TimeSpan.FromSeconds(1),
            },
        ];

        static TunnelConfig Tunnel(string name, int port, TunnelCheck verify) =>
            new() { Name = name, Connect = new HostAddress("127.0.0.1", port), Verify = verify };
    }

    public override void WriteVerdict(MetricsPage page, Labels target, TargetVerdict verdict)
    {
        if (!verdict.Attempted)
        {
            return;
        }

        // Every attempt has a reading, except after an internal error.
        var state = (verdict.Reading as TunnelReading)?.State ?? TunnelState.Down;
        page.Add(TunnelFamilies.TunnelUp, target, verdict.Up ? 1 : 0);
        page.AddStates(TunnelFamilies.State, target, "state", Words.All<TunnelState>(), Words.Of(state));
        TargetStates.AddReason(page, TunnelFamilies.Failure, target, verdict.Failure);
    }
}
