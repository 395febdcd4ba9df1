using FleetExporter.Config;
using FleetExporter.Metrics;
using FleetExporter.Parsing;
using FleetExporter.Remote;

namespace FleetExporter.Collectors;

/// <summary>Random bits that the kernel holds ready.</summary>
internal sealed class EntropyCollector() : HostCollector("entropy", Available)
{
    public static readonly MetricFamily Available = MetricFamily.Gauge(
        "fleet_host_entropy_bits", "Random bits in the kernel's pool, from /proc/sys/kernel/random/entropy_avail.", "host");

    public override string Script(HostConfig host) => """read -r b </proc/sys/kernel/random/entropy_avail""";

    public override IAnswer Parse(Section section) => new EntropyReading(Entropy.Parse(section.Body));

    public override string Summarize(IAnswer answer) => $"{((EntropyReading)answer).Entropy.Bits} bits";

    public override string Simulate(SimulatedHost host, DateTimeOffset now) => $"{SimulatedWave.Whole(now, host.Seed, 200, 256)}";
}
