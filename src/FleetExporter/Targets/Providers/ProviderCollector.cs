using FleetExporter.Collectors;
using FleetExporter.Config;
using FleetExporter.Metrics;
using FleetExporter.Parsing;

namespace FleetExporter.Targets.Providers;

/// <summary>Servers of language models: state and models, and for llama.cpp its load.</summary>
internal sealed class ProviderCollector() : TargetCollector("provider", [.. ProviderFamilies.All, .. LlamaCppFamilies.All])
{
    public override IEnumerable<TargetConfig> TargetsOf(FleetConfig config) => config.Providers;

    public override ITargetPoller Open(TargetConfig target, TargetContext tools) => new ProviderPoller((ProviderConfig)target, tools);

    public override void WriteVerdict(MetricsPage page, Labels target, TargetVerdict verdict)
    {
        if (verdict.Attempted)
        {
            page.Add(ProviderFamilies.Up, target, verdict.Up ? 1 : 0);
            page.Add(ProviderFamilies.ConsecutiveFailures, target, verdict.ConsecutiveFailures);
            TargetStates.AddReason(page, ProviderFamilies.Failure, target, verdict.Failure);
            var state = (verdict.Reading as ProviderReading)?.State ?? ServingState.Error;
            TargetStates.AddState(page, ProviderFamilies.State, target, state, verdict.Failure);
        }
    }
}
