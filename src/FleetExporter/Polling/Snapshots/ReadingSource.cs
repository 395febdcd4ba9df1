using FleetExporter.Collectors;

namespace FleetExporter.Polling.Snapshots;

/// <summary>An answer of another collector from which a reading was derived.</summary>
/// <param name="Kind">The kind of answer that was looked for.</param>
/// <param name="Answer">Null where there was no fresh one.</param>
internal sealed record ReadingSource(Type Kind, IAnswer? Answer);
