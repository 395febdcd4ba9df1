using FleetExporter.Collectors;
using FleetExporter.Polling.Snapshots;

namespace FleetExporter.Polling.Derivation;

/// <summary>
/// A host's history and its answers that are not stale. Records which were used for a reading, so that it is derived again only when one of
/// them has changed. Not safe for concurrent use.
/// </summary>
internal sealed class FreshAnswers(HostSnapshot snapshot, Instant now)
{
    private List<ReadingSource> _used = [];

    public HostHistory History => snapshot.History;

    /// <returns>Null when there is none.</returns>
    public T? Get<T>()
        where T : class, IAnswer
    {
        var answer = Find(typeof(T));
        _used.Add(new ReadingSource(typeof(T), answer));
        return (T?)answer;
    }

    /// <summary>What was used since the last call.</summary>
    public IReadOnlyList<ReadingSource> TakeUsed()
    {
        if (_used.Count == 0)
        {
            return [];
        }

        var used = _used;
        _used = [];
        return used;
    }

    /// <summary>Whether all of these would be used again now.</summary>
    public bool AreSame(IReadOnlyList<ReadingSource> sources) => sources.All(s => ReferenceEquals(Find(s.Kind), s.Answer));

    private IAnswer? Find(Type kind)
    {
        var collectors = CollectorCatalog.All;
        for (var i = 0; i < collectors.Count; i++)
        {
            if (snapshot.Outcomes[i] is { Answer: { } answer } outcome && kind.IsInstanceOfType(answer)
                && outcome.FreshAnswer(snapshot.Timing.StaleAfter(collectors[i].Every), now) is not null)
            {
                return answer;
            }
        }

        return null;
    }
}
