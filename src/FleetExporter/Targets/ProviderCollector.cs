using FleetExporter.Collectors;
using FleetExporter.Config;
using FleetExporter.Metrics;
using FleetExporter.Parsing;

namespace FleetExporter.Targets;

/// <summary>Servers of language models: whether they serve, which models, and of llama.cpp how busy it is.</summary>
internal sealed class ProviderCollector() : TargetCollector("provider", [.. ProviderFamilies.All, .. LlamaCppFamilies.All])
{
    public override IEnumerable<TargetConfig> TargetsOf(FleetConfig config) => config.Providers;

    public override ITargetSession Open(TargetConfig target, TargetTools tools) => new ProviderSession((ProviderConfig)target, tools);

    public override void WriteVerdict(MetricsPage page, Labels target, TargetVerdict verdict)
    {
        if (verdict.Attempted)
        {
            page.Add(ProviderFamilies.Up, target, verdict.Up ? 1 : 0);
            page.Add(ProviderFamilies.ConsecutiveFailures, target, verdict.ConsecutiveFailures);
            TargetWords.AddReason(page, ProviderFamilies.Failure, target, verdict.Failure);
            var state = (verdict.Reading as ProviderReading)?.State ?? ServingState.Error;
            TargetWords.AddState(page, ProviderFamilies.State, target, state, verdict.Failure);
        }
    }
}
