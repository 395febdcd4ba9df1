using FleetExporter.Collectors;
using FleetExporter.Parsing;

namespace FleetExporter.Polling.Snapshots;

/// <summary>One collector's last attempt. Data and health are apart.</summary>
/// <param name="At">When the attempt ended, by our clock.</param>
/// <param name="Duration">Time the section took on the host; zero when no answer came.</param>
/// <param name="Reading">The data; kept from before when no answer came, null after an answer that was a failure.</param>
/// <param name="ReadingAt">When <paramref name="Reading"/> came.</param>
/// <param name="Failure">Null after a success.</param>
/// <param name="Message">One line for a person.</param>
/// <param name="OffBecause">Set when the collector is not asked on this host; then everything else is empty.</param>
/// <param name="Body">The section as received, cut; for the debug page.</param>
public sealed record CollectorOutcome(
    string Collector,
    Instant At,
    TimeSpan Duration = default,
    Reading? Reading = null,
    Instant? ReadingAt = null,
    CollectorFailure? Failure = null,
    string? Message = null,
    Instant? LastSuccess = null,
    string? OffBecause = null,
    string? Body = null);
