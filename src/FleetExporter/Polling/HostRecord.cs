using System.Collections.Immutable;
using FleetExporter.Collectors;
using FleetExporter.Parsing;
using FleetExporter.Polling.Derivation;
using FleetExporter.Polling.Snapshots;
using FleetExporter.Remote;

namespace FleetExporter.Polling;

/// <summary>Turns what the streams of one host report into its next snapshot and publishes it.</summary>
internal sealed class HostRecord
{
    private const int MaxRecent = 20;
    private const int MaxBody = 16 * 1024;

    private readonly FleetState _state;
    private readonly Deriver _deriver;
    private readonly TimeProvider _clock;
    private readonly PollMetrics _metrics;
    private readonly Lock _publishing = new();
    private HostSnapshot _current;
    private bool _closed;

    public HostRecord(HostSnapshot initial, FleetState state, Deriver deriver, PollMetrics metrics, TimeProvider clock)
    {
        _current = initial;
        _state = state;
        _deriver = deriver;
        _metrics = metrics;
        _clock = clock;
        state.Set(initial);
    }

    public HostSnapshot Current => Volatile.Read(ref _current);

    public void Connected(TimeSpan duration)
    {
        _metrics.Connected(duration);
        Update(s => s with { Connection = new ConnectionState(true, null, null, _clock.Now(), duration, s.Connection.Connects + 1) });
    }

    public void Disconnected(SshFailure failure, string detail, Instant nextAttempt) => Update(s => Note(s, "ssh", Words.Of(failure), detail) with
    {
        Connection = s.Connection with
        {
            Up = false,
            Failure = failure,
            Detail = detail,
            Since = s.Connection.Up || s.Connection.Failure is null ? _clock.Now() : s.Connection.Since,
            NextAttempt = nextAttempt,
        },
    });

    /// <summary>The collectors to ask on this host; the others are noted as off, with the reason.</summary>
    public List<HostCollector> SortOut(IEnumerable<HostCollector> collectors)
    {
        var snapshot = Current;
        List<HostCollector> on = [];
        foreach (var collector in collectors)
        {
            if (collector.OffBecause(snapshot.Host, snapshot.System) is not { } because)
            {
                on.Add(collector);
            }
            else if (snapshot.Outcomes.GetValueOrDefault(collector.Name)?.OffBecause != because)
            {
                Update(s => Off(s, collector.Name, because));
            }
        }

        return on;
    }

    /// <summary>Takes over the results of a frame, all of them or those that have arrived, as one new snapshot.</summary>
    /// <param name="bug">Called with the collector for which the exporter itself failed.</param>
    public void Take(IReadOnlyCollection<SectionResult> results, Action<string, Exception> bug) => Update(s =>
    {
        var now = _clock.Now();
        foreach (var result in results)
        {
            s = Add(s, result, now, bug);
        }

        return _deriver.Derive(s, now, bug);
    });

    /// <summary>The connection is lost: every collector requested before fails, and on a host never seen those that all hosts have.</summary>
    public void Lost(string message) => Silent(
        CollectorCatalog.All.Where(c => Current.Outcomes.ContainsKey(c.Name) || c is SystemCollector or VitalsCollector), message);

    /// <summary>No answer came: the data are kept until they are stale.</summary>
    public void Silent(IEnumerable<HostCollector> collectors, string message) => Update(s =>
    {
        var now = _clock.Now();
        foreach (var collector in collectors)
        {
            var before = OutcomeOf(s, collector.Name);
            if (before.OffBecause is null)
            {
                var outcome = before.TimedOut(Printable.Line(message, 300), now);
                s = Count(
                    s with { Outcomes = s.Outcomes.SetItem(collector.Name, outcome) }, collector.Name, CollectorFailure.Timeout, outcome.Message!);
            }
        }

        return s;
    });

    /// <summary>The host is no longer watched: nothing is published after this.</summary>
    public void Close()
    {
        lock (_publishing)
        {
            if (!_closed)
            {
                _closed = true;
                _state.Remove(_current.Host.Name);
            }
        }
    }

    private HostSnapshot Add(HostSnapshot s, SectionResult result, Instant now, Action<string, Exception> bug)
    {
        var name = result.Collector.Name;
        if (result.OffBecause is { } because)
        {
            return Off(s, name, because);
        }

        if (result.Answer is not { } answer)
        {
            return Fail(s, result, result.Failure!.Value, result.Message!, now);
        }

        try
        {
            var history = _deriver.Remember(s, answer, now);
            var outcome = OutcomeOf(s, name).Answered(answer, result.Section.Duration, Printable.Cut(result.Section.Body, MaxBody), now);
            var next = s with { Outcomes = s.Outcomes.SetItem(name, outcome), History = history, LastSeen = now };
            return answer.Failure is { } failure ? Count(next, name, failure, outcome.Message!) : next;
        }
        catch (FormatException e)
        {
            return Fail(s, result, CollectorFailure.Parse, e.Message, now);
        }
        catch (Exception e)
        {
            bug(name, e);
            return Fail(s, result, CollectorFailure.Bug, e.Message, now);
        }
    }

    private HostSnapshot Fail(HostSnapshot s, SectionResult result, CollectorFailure reason, string message, Instant now)
    {
        var name = result.Collector.Name;
        var outcome = OutcomeOf(s, name)
            .Failed(reason, Printable.Line(message, 300), result.Section.Duration, Printable.Cut(result.Section.Body, MaxBody), now);
        return Count(s with { Outcomes = s.Outcomes.SetItem(name, outcome), LastSeen = now }, name, reason, outcome.Message!);
    }

    private HostSnapshot Off(HostSnapshot s, string collector, string because) => s with
    {
        Outcomes = s.Outcomes.SetItem(collector, new CollectorOutcome { Collector = collector, At = _clock.Now(), OffBecause = because }),
    };

    private static CollectorOutcome OutcomeOf(HostSnapshot s, string collector) =>
        s.Outcomes.GetValueOrDefault(collector) ?? new CollectorOutcome { Collector = collector };

    private HostSnapshot Count(HostSnapshot s, string collector, CollectorFailure reason, string message) =>
        Note(s, collector, Words.Of(reason), message) with
        {
            Failures = s.Failures.SetItem((collector, reason), s.Failures.GetValueOrDefault((collector, reason)) + 1),
        };

    private HostSnapshot Note(HostSnapshot s, string what, string reason, string message)
    {
        var recent = s.Recent.Insert(0, new FailureNote(_clock.Now(), what, reason, message));
        return s with { Recent = recent.Count > MaxRecent ? recent.RemoveAt(MaxRecent) : recent };
    }

    private void Update(Func<HostSnapshot, HostSnapshot> change)
    {
        var started = _clock.GetTimestamp();
        HostSnapshot before;
        HostSnapshot after;
        do
        {
            // Not under a lock: what an answer makes costly to derive holds up nobody who reads, or closes this.
            before = Volatile.Read(ref _current);
            after = change(before);
        }
        while (Interlocked.CompareExchange(ref _current, after, before) != before);
        var derived = _clock.GetTimestamp();
        lock (_publishing)
        {
            if (!_closed)
            {
                _state.Set(Volatile.Read(ref _current));
            }
        }

        _metrics.Published(_clock.GetElapsedTime(started, derived), _clock.GetElapsedTime(derived));
    }
}
