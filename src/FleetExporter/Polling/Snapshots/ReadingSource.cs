using FleetExporter.Collectors;

namespace FleetExporter.Polling.Snapshots;

/// <summary>An answer of another collector from which a reading was derived.</summary>
/// <param name="Kind">The kind of answer that was looked for.</param>
/// <param name="From">Where in <see cref="CollectorCatalog.All"/> the search began.</param>
/// <param name="Answer">The first one found; null where there was no fresh one.</param>
internal readonly record struct ReadingSource(Type Kind, int From, IAnswer? Answer);
