using FleetExporter.Collectors;
using FleetExporter.Polling.Snapshots;

namespace FleetExporter.Polling.Derivation;

/// <summary>A host's history and its answers that are not stale.</summary>
internal sealed class FreshAnswers(HostSnapshot snapshot, Instant now)
{
    public HostHistory History => snapshot.History;

    /// <returns>Null when there is none.</returns>
    public T? Get<T>()
        where T : class, IAnswer
    {
        for (var i = 0; i < CollectorCatalog.All.Count; i++)
        {
            var collector = CollectorCatalog.All[i];
            if (snapshot.Outcomes.GetValueOrDefault(collector.Name)?.FreshAnswer(snapshot.Timing.StaleAfter(collector.Every), now) is T answer)
            {
                return answer;
            }
        }

        return null;
    }
}
