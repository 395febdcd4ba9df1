using FleetExporter.Collectors;
using FleetExporter.Parsing;
using FleetExporter.Remote;

namespace FleetExporter.Polling;

/// <summary>What became of one section of a frame: an answer, a failure, or a collector that turns out to be off on this host.</summary>
/// <param name="Section">As received; empty where it was damaged or missing.</param>
/// <param name="Message">The failure in words.</param>
internal sealed record SectionResult(
    HostCollector Collector, Section Section, IAnswer? Answer = null, CollectorFailure? Failure = null, string? Message = null,
    string? OffBecause = null);
