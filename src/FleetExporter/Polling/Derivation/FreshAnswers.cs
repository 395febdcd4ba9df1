using FleetExporter.Collectors;
using FleetExporter.Polling.Snapshots;

namespace FleetExporter.Polling.Derivation;

/// <summary>A host's history and its answers that are not stale.</summary>
internal sealed class FreshAnswers(HostSnapshot snapshot, Instant now)
{
    private readonly IReadOnlyList<IAnswer> _answers =
    [
        .. CollectorCatalog.All
            .Where(c => snapshot.Outcomes.GetValueOrDefault(c.Name)?.ReadingAt is { } at && now - at <= snapshot.Timing.StaleAfter(c.Every))
            .Select(c => snapshot.Outcomes[c.Name].Answer).OfType<IAnswer>(),
    ];

    public HostHistory History => snapshot.History;

    /// <returns>Null when there is none.</returns>
    public T? Get<T>()
        where T : class, IAnswer => _answers.OfType<T>().FirstOrDefault();
}
