using System.Collections.Immutable;
using System.Text;
using FleetExporter.Collectors;
using FleetExporter.Parsing;
using FleetExporter.Polling.Derivation;
using FleetExporter.Polling.Snapshots;
using FleetExporter.Remote;

namespace FleetExporter.Polling;

/// <summary>Builds and publishes the snapshots of one host from the events and results of its streams.</summary>
internal sealed class HostSnapshotUpdater
{
    /// <summary>A lost connection fails every collector: those of several attempts.</summary>
    private const int MaxRecent = 50;
    private const int MaxBody = 16 * 1024;

    private readonly FleetState _state;
    private readonly Deriver _deriver;
    private readonly TimeProvider _clock;
    private readonly PollMetrics _metrics;
    private readonly Lock _publishing = new();
    private HostSnapshot _current;
    private bool _closed;

    public HostSnapshotUpdater(HostSnapshot initial, FleetState state, Deriver deriver, PollMetrics metrics, TimeProvider clock)
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

    public void Disconnected(SshFailure reason, string detail, Instant nextAttempt) => Update(s => AddFailure(s, "ssh", Words.Of(reason), detail) with
    {
        Connection = s.Connection with
        {
            Up = false,
            Failure = reason,
            Detail = detail,
            Since = s.Connection.Up || s.Connection.Failure is null ? _clock.Now() : s.Connection.Since,
            NextAttempt = nextAttempt,
        },
    });

    /// <summary>The enabled collectors of this host; the others are recorded as off, with the reason.</summary>
    public List<HostCollector> SelectEnabled(IEnumerable<HostCollector> collectors)
    {
        var snapshot = Current;
        List<HostCollector> enabled = [];
        foreach (var collector in collectors)
        {
            if (collector.OffBecause(snapshot.Host, snapshot.System) is not { } reason)
            {
                enabled.Add(collector);
            }
            else if (snapshot.Outcomes.Find(collector.Name)?.OffBecause != reason)
            {
                Update(s => TurnOff(s, collector.Name, reason));
            }
        }

        return enabled;
    }

    /// <summary>Forgets the last answer of a collector that is not asked now.</summary>
    public void Forget(HostCollector collector)
    {
        if (Current.Outcomes.Contains(collector.Name))
        {
            Update(s => s with { Outcomes = s.Outcomes.Without([collector.Name]) });
        }
    }

    /// <summary>Records that somebody looks at what is read on demand.</summary>
    public void LookedAt(Instant until) => Update(s => s with { LookedAtUntil = until });

    /// <summary>Records that the GPUs are left alone: their collectors are off until then.</summary>
    public void Released(IEnumerable<HostCollector> collectors, Instant until) => Update(s =>
    {
        var reason = $"the GPUs are released until {until.TimeAsOf(_clock.Now()):yyyy-MM-dd HH:mm} UTC";
        var enabled = collectors.Where(c => c.OffBecause(s.Host, s.System) is null);
        return enabled.Aggregate(s with { GpusReleasedUntil = until }, (next, collector) => TurnOff(next, collector.Name, reason));
    });

    /// <summary>Records that the GPUs are polled again: what was off for the release is unknown until the next answer.</summary>
    public void ReleaseEnded(IEnumerable<HostCollector> collectors)
    {
        if (Current.GpusReleasedUntil is not null)
        {
            Update(s => s with { GpusReleasedUntil = null, Outcomes = s.Outcomes.Without(collectors.Select(c => c.Name)) });
        }
    }

    /// <summary>Publishes the results of a frame, or those that have arrived so far, as one new snapshot.</summary>
    /// <param name="bug">Called with the collector when the exporter itself fails.</param>
    public void Apply(IReadOnlyCollection<SectionResult> results, Action<string, Exception> bug) => Update(s =>
    {
        foreach (var result in results)
        {
            s = Add(s, result, bug);
        }

        return Derive(s, bug);
    });

    /// <summary>Records a lost connection: every collector requested before fails; on a host never reached, those that all hosts have.</summary>
    public void ConnectionLost(string message) => TimedOut(
        CollectorCatalog.All.Where(c => Current.Outcomes.Contains(c.Name) || c is SystemCollector or VitalsCollector), message);

    /// <summary>Records a missing answer; readings are kept until they are stale.</summary>
    public void TimedOut(IEnumerable<HostCollector> collectors, string message) => Update(s =>
    {
        var now = _clock.Now();
        foreach (var collector in collectors)
        {
            var previous = OutcomeOf(s, collector.Name);
            if (previous.OffBecause is null)
            {
                var outcome = previous.TimedOut(Printable.Line(message, 300), now);
                s = Count(
                    s with { Outcomes = s.Outcomes.With(outcome) }, collector.Name, CollectorFailure.Timeout, outcome.Message!);
            }
        }

        return s;
    });

    /// <summary>Removes the host; nothing is published after this.</summary>
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

    /// <summary>Derives the readings of new answers, and those of which a source has changed; a bug fails its collector alone.</summary>
    private HostSnapshot Derive(HostSnapshot snapshot, Action<string, Exception> bug)
    {
        var answers = new FreshAnswers(snapshot, _clock.Now());
        // A boot resets the history, from which all are derived.
        var isAll = snapshot.Outcomes.Find("system") is { Reading: null };
        List<CollectorOutcome> derived = [];
        List<(CollectorOutcome Outcome, Exception Error)> failed = [];
        foreach (var outcome in snapshot.Outcomes)
        {
            if (outcome.Answer is not { } answer || (!isAll && outcome.Reading is not null && answers.AreSame(outcome.Sources)))
            {
                continue;
            }

            try
            {
                var reading = _deriver.Derive(answer, outcome.ReadingAt!.Value, answers);
                derived.Add(outcome with { Reading = reading, Sources = answers.TakeUsed() });
            }
            catch (Exception e)
            {
                answers.TakeUsed();
                failed.Add((outcome, e));
            }
        }

        var next = snapshot with { Outcomes = snapshot.Outcomes.With([.. derived]) };
        foreach (var (outcome, error) in failed)
        {
            bug(outcome.Collector, error);
            next = Fail(next, outcome.Collector, CollectorFailure.Bug, error.Message, outcome.Duration, outcome.Body, _clock.Now());
        }

        return next;
    }

    private HostSnapshot Add(HostSnapshot s, SectionResult result, Action<string, Exception> bug)
    {
        var (name, section, now) = (result.Collector.Name, result.Section, result.At);
        var body = Encoding.UTF8.GetBytes(Printable.Cut(section.Body, MaxBody));
        if (result.OffBecause is { } reason)
        {
            return TurnOff(s, name, reason);
        }

        if (result.Answer is not { } answer)
        {
            return Fail(s, name, result.Failure!.Value, result.Message!, section.Duration, body, now);
        }

        try
        {
            var history = _deriver.Remember(s, answer, now);
            var outcome = OutcomeOf(s, name).Answered(answer, section.Duration, body, now);
            var next = s with { Outcomes = s.Outcomes.With(outcome), History = history, LastSeen = now };
            return answer.Failure is { } failure ? Count(next, name, failure, outcome.Message!) : next;
        }
        catch (FormatException e)
        {
            return Fail(s, name, CollectorFailure.Parse, e.Message, section.Duration, body, now);
        }
        catch (Exception e)
        {
            bug(name, e);
            return Fail(s, name, CollectorFailure.Bug, e.Message, section.Duration, body, now);
        }
    }

    private HostSnapshot Fail(
        HostSnapshot s, string name, CollectorFailure reason, string message, TimeSpan? duration, byte[]? body, Instant now)
    {
        var outcome = OutcomeOf(s, name).Failed(reason, Printable.Line(message, 300), duration, body, now);
        return Count(s with { Outcomes = s.Outcomes.With(outcome), LastSeen = now }, name, reason, outcome.Message!);
    }

    private HostSnapshot TurnOff(HostSnapshot s, string collector, string reason) => s with
    {
        Outcomes = s.Outcomes.With(new CollectorOutcome { Collector = collector, At = _clock.Now(), OffBecause = reason }),
    };

    private static CollectorOutcome OutcomeOf(HostSnapshot s, string collector) =>
        s.Outcomes.Find(collector) ?? new CollectorOutcome { Collector = collector };

    private HostSnapshot Count(HostSnapshot s, string collector, CollectorFailure reason, string message) =>
        AddFailure(s, collector, Words.Of(reason), message) with
        {
            Failures = s.Failures.SetItem((collector, reason), s.Failures.GetValueOrDefault((collector, reason)) + 1),
        };

    private HostSnapshot AddFailure(HostSnapshot s, string source, string reason, string message)
    {
        var recent = s.Recent.Insert(0, new RecentFailure(_clock.Now(), source, reason, message));
        return s with { Recent = recent.Count > MaxRecent ? recent.RemoveAt(MaxRecent) : recent };
    }

    private void Update(Func<HostSnapshot, HostSnapshot> change)
    {
        var started = _clock.GetTimestamp();
        HostSnapshot previous;
        HostSnapshot next;
        do
        {
            // Not under a lock: a slow derivation must not block readers or Close.
            previous = Volatile.Read(ref _current);
            next = change(previous);
        }
        while (Interlocked.CompareExchange(ref _current, next, previous) != previous);
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
