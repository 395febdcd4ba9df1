using FleetExporter.Collectors;
using FleetExporter.Polling.Snapshots;

namespace FleetExporter.Polling.Derivation;

/// <summary>
/// A host's history and its answers that are not stale. Records which were used for a reading, so that it is derived again only when one of
/// them has changed. Not safe for concurrent use.
/// </summary>
internal sealed class FreshAnswers(HostSnapshot snapshot, Instant now) : IAnswers
{
    private List<ReadingSource> _used = [];

    public HostHistory History => snapshot.History;

    /// <inheritdoc/>
    public T? Get<T>()
        where T : class, IAnswer => (T?)Use(typeof(T), 0).Answer;

    /// <summary>Those of several collectors, such as the tmux servers of several users.</summary>
    public IReadOnlyList<T> All<T>()
        where T : class, IAnswer
    {
        List<T> all = [];
        for (var from = 0; Use(typeof(T), from) is (T answer, var position); from = position + 1)
        {
            all.Add(answer);
        }

        return all;
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
    public bool AreSame(IReadOnlyList<ReadingSource> sources) => sources.All(s => ReferenceEquals(Find(s.Kind, s.From).Answer, s.Answer));

    private (IAnswer? Answer, int Position) Use(Type kind, int from)
    {
        var found = Find(kind, from);
        _used.Add(new ReadingSource(kind, from, found.Answer));
        return found;
    }

    private (IAnswer? Answer, int Position) Find(Type kind, int from)
    {
        var collectors = CollectorCatalog.All;
        for (var i = from; i < collectors.Count; i++)
        {
            if (snapshot.Outcomes[i] is { Answer: { } answer } outcome && kind.IsInstanceOfType(answer)
                && outcome.FreshAnswer(snapshot.Timing.StaleAfter(collectors[i].Every), now) is not null)
            {
                return (answer, i);
            }
        }

        return (null, collectors.Count);
    }
}
