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
    public List<IHostCollector> SortOut(IEnumerable<IHostCollector> collectors)
    {
        var snapshot = Current;
        List<IHostCollector> on = [];
        foreach (var collector in collectors)
        {
            if (collector.OffBecause(snapshot.Host, snapshot.System) is not { } because)
            {
                on.Add(collector);
            }
            else if (snapshot.Outcomes.GetValueOrDefault(collector.Name)?.OffBecause != because)
            {
                Off(collector.Name, because);
            }
        }

        return on;
    }

    public void Off(string collector, string because) => Update(s => s with
    {
        Outcomes = s.Outcomes.SetItem(collector, new CollectorOutcome(collector, _clock.Now(), OffBecause: because)),
    });

    public void Answered(IHostCollector collector, Section section, Reading reading) => Update(s =>
    {
        var now = _clock.Now();
        var (memory, derived) = _deriver.Derive(s, reading, now);
        var outcome = new CollectorOutcome(
            collector.Name, now, section.Duration, derived, now, reading.Failure,
            reading.Failure is null ? null : "see the section's text on the debug page",
            reading.Failure is null ? now : LastSuccess(s, collector), Body: Printable.Cut(section.Body, MaxBody));
        var next = s with { Outcomes = s.Outcomes.SetItem(collector.Name, outcome), Memory = memory, LastSeen = now };
        next = reading.Failure is { } failure ? Count(next, collector.Name, failure, outcome.Message!) : next;
        return Deriver.Relate(next, now);
    });

    /// <summary>The host answered, and the answer is a failure: the data of this collector are gone.</summary>
    public void Failed(IHostCollector collector, Section section, CollectorFailure reason, string message) => Update(s =>
    {
        var now = _clock.Now();
        var outcome = new CollectorOutcome(
            collector.Name, now, section.Duration, Failure: reason, Message: Printable.Line(message, 300),
            LastSuccess: LastSuccess(s, collector), Body: Printable.Cut(section.Body, MaxBody));
        return Deriver.Relate(
            Count(s with { Outcomes = s.Outcomes.SetItem(collector.Name, outcome), LastSeen = now }, collector.Name, reason, outcome.Message!), now);
    });

    /// <summary>The connection is gone: nothing that was asked before answers now. A host never seen fails in what every host has.</summary>
    public void Lost(string message) => Silent(
        CollectorCatalog.All.Where(c => Current.Outcomes.ContainsKey(c.Name) || c is SystemCollector or VitalsCollector), message);

    /// <summary>No answer came: the data stay until they are stale.</summary>
    public void Silent(IEnumerable<IHostCollector> collectors, string message) => Update(s =>
    {
        var now = _clock.Now();
        foreach (var collector in collectors)
        {
            var before = s.Outcomes.GetValueOrDefault(collector.Name) ?? new CollectorOutcome(collector.Name, now);
            if (before.OffBecause is null)
            {
                var outcome =
                    before with { At = now, Duration = default, Failure = CollectorFailure.Timeout, Message = Printable.Line(message, 300) };
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

    private static Instant? LastSuccess(HostSnapshot s, IHostCollector collector) => s.Outcomes.GetValueOrDefault(collector.Name)?.LastSuccess;

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
