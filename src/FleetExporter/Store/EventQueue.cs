namespace FleetExporter.Store;

/// <summary>What waits to be written.</summary>
/// <param name="States">By subject; null deletes.</param>
internal sealed record EventBatch(IReadOnlyList<FleetEvent> Events, IReadOnlyDictionary<string, SubjectState?> States)
{
    public bool IsEmpty => Events.Count == 0 && States.Count == 0;
}

/// <summary>
/// Events on their way to the store. Whoever sees a change adds it here and never waits. While the store is unavailable the newest ones are kept.
/// Thread-safe.
/// </summary>
internal sealed class EventQueue(ExporterInstance instance, EventMetrics metrics, TimeProvider clock)
{
    /// <summary>Maximum number of waiting events; beyond it the oldest are dropped.</summary>
    public const int MaxWaiting = 10_000;

    /// <summary>Maximum number of states that wait while the store is unavailable; further ones are found again after a restart.</summary>
    private const int MaxStates = 100_000;

    private const int MaxText = 300;

    /// <summary>Ids of events have this distance at least, so that they keep their order.</summary>
    private static readonly TimeSpan IdDistance = TimeSpan.FromTicks(10);

    private readonly Lock _lock = new();
    private readonly Queue<FleetEvent> _waiting = [];
    private readonly EventLimiter _limiter = new(clock);
    private readonly Dictionary<string, SubjectState?> _states = new(StringComparer.Ordinal);
    private DateTimeOffset _lastId;

    /// <summary>Adds an event, or counts it if its subject has too many.</summary>
    /// <param name="e">Its texts may come from a host: they are made printable and truncated.</param>
    public void Add(FleetEvent e)
    {
        var safe = e with
        {
            At = e.At == default ? clock.GetUtcNow() : e.At,
            Host = e.Host is { } host ? Printable.Line(host, 100) : null,
            Subject = Printable.Line(e.Subject, 400),
            Reason = e.Reason is { } reason ? Printable.Line(reason, 100) : null,
            Text = Printable.Line(e.Text, MaxText),
        };
        lock (_lock)
        {
            if (_limiter.TryTake(safe))
            {
                Enqueue(safe);
            }
        }
    }

    /// <summary>Writes what is known of a subject with the next batch.</summary>
    /// <param name="state">Null deletes it.</param>
    public void Remember(string subject, SubjectState? state)
    {
        lock (_lock)
        {
            if (_states.Count < MaxStates || _states.ContainsKey(subject))
            {
                _states[subject] = state;
            }
        }
    }

    /// <summary>Takes the oldest events, and after the last of them what is known, in portions.</summary>
    /// <param name="max">Of each.</param>
    /// <param name="isLast">Includes what limits have counted and not yet allowed.</param>
    public EventBatch Take(int max, bool isLast = false)
    {
        lock (_lock)
        {
            foreach (var counted in isLast ? _limiter.TakeAll() : _limiter.TakeCounted())
            {
                Enqueue(counted);
            }

            List<FleetEvent> events = [];
            while (events.Count < max && _waiting.TryDequeue(out var next))
            {
                events.Add(next);
            }

            Dictionary<string, SubjectState?> states = new(StringComparer.Ordinal);
            foreach (var (subject, state) in _waiting.Count > 0 ? [] : _states.Take(max).ToList())
            {
                states[subject] = state;
                _states.Remove(subject);
            }

            return new EventBatch(events, states);
        }
    }

    private void Enqueue(FleetEvent e)
    {
        // Unless the wall clock was set back, ids ascend.
        var next = _lastId + IdDistance;
        _lastId = e.At < next && next - e.At < TimeSpan.FromSeconds(1) ? next : e.At;
        _waiting.Enqueue(e with { Id = Ids.New(_lastId), Exporter = instance.Id });
        if (_waiting.Count > MaxWaiting)
        {
            _waiting.Dequeue();
            metrics.Dropped(1);
        }
    }
}
