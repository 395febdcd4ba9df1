using FleetExporter.Collectors;
using FleetExporter.Config;
using FleetExporter.Metrics;

namespace FleetExporter.Targets.Tunnels;

/// <summary>
/// SSH tunnels: combines whether the port listens, data passes through and the systemd unit is active into one state.
/// </summary>
internal sealed class TunnelCollector() : TargetCollector("tunnel", TunnelFamilies.All)
{
    public override IEnumerable<TargetConfig> TargetsOf(FleetConfig config) => config.Tunnels;

    public override ITargetPoller Open(TargetConfig target, TargetContext tools) => new TunnelPoller((TunnelConfig)target, tools);

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
