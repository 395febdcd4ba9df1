using FleetExporter.Config;
using FleetExporter.Metrics;
using FleetExporter.Parsing;

namespace FleetExporter.Targets.Providers;

/// <summary>Servers of language models: state and models, and for llama.cpp its load.</summary>
internal sealed class ProviderCollector() : TargetCollector(ProviderConfig.TargetKind, [.. ProviderFamilies.All, .. LlamaCppFamilies.All])
{
    public override ITargetPoller Open(TargetConfig target, TargetContext tools) => new ProviderPoller((ProviderConfig)target, tools);

    public override IEnumerable<TargetConfig> Simulate(SimulatedNetwork network)
    {
        new LlamaServer("Qwen3-Coder-30B-A3B-Q4_K_M.gguf", 30_532_122_624, 262_144, 4, 11).Map(network, "/qwen-coder");
        new LlamaServer("Qwen3-0.6B-Q8_0.gguf", 596_049_920, 40_960, 1, 12).Map(network, "/heartbeat");
        return
        [
            new ProviderConfig { Name = "qwen-coder", Url = network.UrlOf("/qwen-coder"), Kind = ProviderKind.LlamaCpp },
            new ProviderConfig
            {
                Name = "heartbeat",
                Url = network.UrlOf("/heartbeat"),
                Kind = ProviderKind.LlamaCpp,
                Unit = new UnitName("llama-heartbeat.service", true),
            },
        ];
    }

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
