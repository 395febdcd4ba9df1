using FleetExporter.Collectors;
using FleetExporter.Config;
using FleetExporter.Metrics;

namespace FleetExporter.Targets;

/// <summary>
/// SSH tunnels: whether somebody listens, whether data come through, and whether the unit that keeps it open is active, joined into one verdict.
/// </summary>
internal sealed class TunnelCollector() : TargetCollector("tunnel", TunnelFamilies.All)
{
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
        page.Add(TunnelFamilies.TunnelUp, target, verdict.Up ? 1 : 0);
        page.AddStates(TunnelFamilies.State, target, "state", Words.All<TunnelState>(), Words.Of(state));
        TargetWords.AddReason(page, TunnelFamilies.Failure, target, verdict.Failure);
    }
}
