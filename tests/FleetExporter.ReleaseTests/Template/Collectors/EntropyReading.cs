using FleetExporter.Metrics;
using FleetExporter.Parsing;

namespace FleetExporter.Collectors;

internal sealed record EntropyReading(Entropy Entropy) : Reading, IAnswer
{
    public override void WriteTo(MetricsPage page, Labels target) => page.Add(EntropyCollector.Available, target, Entropy.Bits);
}
