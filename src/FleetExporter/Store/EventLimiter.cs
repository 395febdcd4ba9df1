namespace FleetExporter.Store;

/// <summary>
/// Limits how many events a subject, and a host with all that is on it, may add. Events beyond that are counted into one, which follows when the
/// limit allows the next. Not thread-safe.
/// </summary>
internal sealed class EventLimiter(TimeProvider clock)
{
    /// <summary>Events of one kind and subject at once; then one a minute.</summary>
    public const int MaxOfSubject = 10;

    /// <summary>Events of the GPUs, collectors and tmux sessions of a host at once; then six a minute.</summary>
    public const int MaxOfHost = 100;

    private readonly Dictionary<string, Limit> _limits = new(StringComparer.Ordinal);

    /// <summary>Whether the event may be added; otherwise it is counted.</summary>
    public bool TryTake(FleetEvent e)
    {
        // What a host prints decides what is on it, but not what is said of the host itself.
        var isOnHost = e.Host is not null && e.Kind is EventKind.Gpu or EventKind.Collector or EventKind.Session;
        return (!isOnHost || Find($"host {e.Host}", MaxOfHost, TimeSpan.FromSeconds(10)).TryTake(e))
            && Find($"{e.Kind} {e.Subject}", MaxOfSubject, TimeSpan.FromMinutes(1)).TryTake(e);
    }

    /// <summary>One event for each limit that has counted some and allows the next.</summary>
    public IReadOnlyList<FleetEvent> TakeCounted()
    {
        List<FleetEvent> due = [];
        foreach (var (key, limit) in _limits)
        {
            if (limit.TakeCounted() is { } e)
            {
                due.Add(e);
            }
            else if (limit.IsUnused)
            {
                _limits.Remove(key);
            }
        }

        return due;
    }

    /// <summary>One event for each limit that has counted some.</summary>
    public IReadOnlyList<FleetEvent> TakeAll() => [.. _limits.Values.Select(l => l.Take()).OfType<FleetEvent>()];

    private Limit Find(string key, int size, TimeSpan interval)
    {
        if (!_limits.TryGetValue(key, out var limit))
        {
            _limits[key] = limit = new Limit(new TokenBucket(size, interval, clock));
        }

        return limit;
    }

    private sealed class Limit(TokenBucket bucket)
    {
        private int _counted;
        private FleetEvent? _first;
        private FleetEvent? _last;

        public bool IsUnused => _counted == 0 && bucket.IsFull;

        public bool TryTake(FleetEvent e)
        {
            // Counted ones come first.
            if (_counted == 0 && bucket.TryTake())
            {
                return true;
            }

            _counted++;
            _first ??= e;
            _last = e;
            return false;
        }

        public FleetEvent? TakeCounted() => _counted > 0 && bucket.TryTake() ? Take() : null;

        public FleetEvent? Take()
        {
            if (_last is not { } last || _first is not { } first)
            {
                return null;
            }

            var isOne = first.Subject == last.Subject;
            var counted = _counted == 1 ? last : last with
            {
                Subject = isOne ? last.Subject : Subjects.Host(last.Host!),
                From = isOne ? first.From : null,
                To = isOne ? last.To : null,
                Reason = isOne ? last.Reason : null,
                Text = FormattableString.Invariant($"… and {_counted} more changes, the last: {last.Text}"),
                Detail = new() { ["changes"] = _counted },
            };
            (_counted, _first, _last) = (0, null, null);
            return counted;
        }
    }
}
