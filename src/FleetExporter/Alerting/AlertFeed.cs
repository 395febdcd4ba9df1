using Microsoft.Extensions.Logging;

namespace FleetExporter.Alerting;

/// <summary>The alerts that fire as far as is known here, and who wants to hear of a change. One for the service.</summary>
internal sealed partial class AlertFeed(ILogger<AlertFeed> logger)
{
    /// <summary>An alert fires, or is acknowledged, or no longer is; comes with the <see cref="AlertView"/>.</summary>
    public const string New = "alert_new";

    /// <summary>An alert fires no longer; comes with an <see cref="AlertCleared"/>.</summary>
    public const string Cleared = "alert_cleared";

    /// <summary>More than a person can read; what is over is not told.</summary>
    private const int Most = 2000;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, AlertView> _known = new(StringComparer.Ordinal);

    /// <summary>Name and data of each change, in order. Called while others wait: it must not block.</summary>
    public event Action<string, object>? Changed;

    /// <summary>The worst first.</summary>
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

    /// <summary>An alert of which it was just told.</summary>
    public void Add(AlertView alert)
    {
        lock (_lock)
        {
            if (_known.Count < Most && _known.TryAdd(alert.Id, alert))
            {
                Tell(New, alert);
            }
        }
    }

    public void Clear(string id)
    {
        lock (_lock)
        {
            if (_known.Remove(id))
            {
                Tell(Cleared, new AlertCleared(id));
            }
        }
    }

    /// <summary>All alerts there are: what is not among them has cleared.</summary>
    public void Replace(IReadOnlyList<AlertView> all)
    {
        lock (_lock)
        {
            foreach (var gone in _known.Keys.Except(all.Select(a => a.Id)).ToList())
            {
                Clear(gone);
            }

            foreach (var alert in all)
            {
                if (_known.GetValueOrDefault(alert.Id) is not { } before)
                {
                    Add(alert);
                    continue;
                }

                _known[alert.Id] = alert;
                if (before.Acknowledged != alert.Acknowledged)
                {
                    Tell(New, alert);
                }
            }
        }
    }

    private void Tell(string name, object data)
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

    [LoggerMessage(Level = LogLevel.Error, Message = "A listener to alerts failed; this is a bug of the exporter")]
    private partial void LogListener(Exception error);
}

internal sealed record AlertCleared(string Id);
