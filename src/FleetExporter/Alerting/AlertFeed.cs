namespace FleetExporter.Alerting;

/// <summary>The known firing alerts, with an event for each change. One for the service.</summary>
internal sealed partial class AlertFeed(ILogger<AlertFeed> logger)
{
    /// <summary>An alert started firing, was acknowledged, or its acknowledgement ended; the data is the <see cref="AlertView"/>.</summary>
    public const string New = "alert_new";

    /// <summary>An alert stopped firing; the data is an <see cref="AlertCleared"/>.</summary>
    public const string Cleared = "alert_cleared";

    /// <summary>Maximum number of alerts; further ones are not published.</summary>
    private const int MaxAlerts = 2000;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, AlertView> _known = new(StringComparer.Ordinal);
    private HashSet<string> _cleared = new(StringComparer.Ordinal);

    /// <summary>Name and data of each change, in order. Raised under a lock: handlers must not block.</summary>
    public event Action<string, object>? Changed;

    /// <summary>Whether it has had Alertmanager's list; before that, only alerts of notifications are known.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>Most severe first.</summary>
    public IReadOnlyList<AlertView> Current
    {
        get
        {
            lock (_lock)
            {
                return [.. _known.Values.OrderBy(a => a.Order, StringComparer.Ordinal)];
            }
        }
    }

    /// <summary>Ids of the alerts that stopped firing since the last call, and do not fire again.</summary>
    public IReadOnlySet<string> TakeCleared()
    {
        lock (_lock)
        {
            var cleared = _cleared;
            _cleared = new HashSet<string>(StringComparer.Ordinal);
            return cleared;
        }
    }

    /// <summary>Adds an alert from a notification.</summary>
    public void Add(AlertView alert)
    {
        lock (_lock)
        {
            if (_known.Count < MaxAlerts && _known.TryAdd(alert.Id, alert))
            {
                _cleared.Remove(alert.Id);
                Raise(New, alert);
            }
        }
    }

    public void Clear(string id)
    {
        lock (_lock)
        {
            if (_known.Remove(id))
            {
                if (_cleared.Count < MaxAlerts)
                {
                    _cleared.Add(id);
                }

                Raise(Cleared, new AlertCleared(id));
            }
        }
    }

    /// <summary>Replaces all alerts: those not among them are cleared.</summary>
    public void Replace(IReadOnlyList<AlertView> all)
    {
        lock (_lock)
        {
            IsComplete = true;
            foreach (var gone in _known.Keys.Except(all.Select(a => a.Id)).ToList())
            {
                Clear(gone);
            }

            foreach (var alert in all)
            {
                if (_known.GetValueOrDefault(alert.Id) is not { } previous)
                {
                    Add(alert);
                    continue;
                }

                _known[alert.Id] = alert;
                if (previous.Acknowledged != alert.Acknowledged)
                {
                    Raise(New, alert);
                }
            }
        }
    }

    private void Raise(string name, object data)
    {
        try
        {
            Changed?.Invoke(name, data);
        }
        catch (Exception e)
        {
            LogListener(e);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "A listener of the alert feed failed; this is a bug of the exporter")]
    private partial void LogListener(Exception error);
}

internal sealed record AlertCleared(string Id);
