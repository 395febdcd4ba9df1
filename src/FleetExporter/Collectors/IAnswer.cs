using FleetExporter.Parsing;

namespace FleetExporter.Collectors;

/// <summary>
/// What a host answered for one collector, parsed. It is a <see cref="Reading"/> where the answer alone is published; otherwise the reading is
/// derived from it, from the answers of other collectors and from earlier ones.
/// </summary>
internal interface IAnswer
{
    /// <summary>Set when the tool reported a failure but part of the answer is usable; null for a complete answer.</summary>
    CollectorFailure? Failure => null;
}
