using FleetExporter.Collectors;
using FleetExporter.Parsing;
using FleetExporter.Remote;

namespace FleetExporter.Polling;

/// <summary>The result of one section of a frame: an answer, a failure, or that the collector is off on this host.</summary>
/// <param name="Section">As received; empty when it was damaged or missing.</param>
/// <param name="At">When the section arrived, by the exporter's clock.</param>
/// <param name="Message">The failure as text.</param>
internal sealed record SectionResult(
    HostCollector Collector, Section Section, Instant At, IAnswer? Answer = null, CollectorFailure? Failure = null, string? Message = null,
    string? OffBecause = null);
