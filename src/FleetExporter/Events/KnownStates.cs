using FleetExporter.Store;

namespace FleetExporter.Events;

/// <summary>What the exporter last knew of each subject, by host. Changes go to the store with the next events. Not thread-safe.</summary>
/// <param name="write">Stores the state of a subject; null deletes it.</param>
internal sealed class KnownStates(Action<string, SubjectState?> write)
{
    /// <summary>The host of subjects that have none.</summary>
    public const string NoHost = "";

    /// <summary>Subjects of one host, which names them itself; further ones are not remembered, so that they have no events.</summary>
    private const int MaxPerHost = 2000;

    private readonly Dictionary<string, Dictionary<string, SubjectState>> _hosts = new(StringComparer.Ordinal);

    /// <summary>Whether nothing was known at the start, so that nothing seen until <see cref="Settle"/> is new.</summary>
    public bool IsFirstStart { get; private set; } = true;

    /// <summary>Hosts with known subjects.</summary>
    public IReadOnlyList<string> Hosts => [.. _hosts.Keys];

    /// <summary>Takes what the last run of this exporter knew.</summary>
    public void Load(IReadOnlyList<SubjectState> stored)
    {
        IsFirstStart = stored.Count == 0;
        foreach (var state in stored)
        {
            Table(state.Host)[state.Subject] = state;
        }
    }

    /// <summary>From now on what was never seen before is new.</summary>
    public void Settle() => IsFirstStart = false;

    public SubjectState? Find(string host, string subject) => _hosts.TryGetValue(host, out var table) ? table.GetValueOrDefault(subject) : null;

    /// <summary>The known subjects of a host; a copy, so that it can be changed meanwhile.</summary>
    /// <param name="prefix">How their references begin.</param>
    public IReadOnlyList<SubjectState> Of(string host, string prefix) => _hosts.TryGetValue(host, out var table)
        ? [.. table.Values.Where(s => s.Subject.StartsWith(prefix, StringComparison.Ordinal))]
        : [];

    /// <summary>Sets the state of a subject, and stores it if it differs.</summary>
    public void Set(SubjectState state)
    {
        var table = Table(state.Host);
        var isRoom = table.Count < MaxPerHost || state.Host == NoHost || table.ContainsKey(state.Subject);
        if (isRoom && table.GetValueOrDefault(state.Subject) != state)
        {
            table[state.Subject] = state;
            write(state.Subject, state);
        }
    }

    /// <summary>Records that a subject was seen, in memory only.</summary>
    public void Seen(SubjectState state, DateTimeOffset at)
    {
        var table = Table(state.Host);
        if (table.ContainsKey(state.Subject))
        {
            table[state.Subject] = state with { At = at };
        }
    }

    public void Remove(SubjectState state)
    {
        if (_hosts.TryGetValue(state.Host, out var table) && table.Remove(state.Subject))
        {
            write(state.Subject, null);
        }
    }

    /// <summary>Forgets a host with all that is on it.</summary>
    public void RemoveHost(string host)
    {
        foreach (var state in Of(host, ""))
        {
            Remove(state);
        }

        _hosts.Remove(host);
    }

    private Dictionary<string, SubjectState> Table(string host)
    {
        if (!_hosts.TryGetValue(host, out var table))
        {
            _hosts[host] = table = new Dictionary<string, SubjectState>(StringComparer.Ordinal);
        }

        return table;
    }
}

/// <summary>What changes are compared with, and where they go.</summary>
internal sealed record EventContext(KnownStates Known, Instant Now, Action<FleetEvent> Add);
