namespace FleetExporter.Streaming;

/// <summary>A value or an event, as JSON that is serialised once for all readers, and only if one reads it.</summary>
/// <param name="version">Its position in the order of changes.</param>
/// <param name="kind">Kind of the value, or name of the event.</param>
/// <param name="host">The host it belongs to; null for none.</param>
/// <param name="isEvent">True for an event; a value is valid until it is replaced.</param>
internal sealed class LiveEntry(long version, string kind, string? host, Func<byte[]> serialise, bool isEvent = false)
{
    private readonly Lazy<byte[]> _json = new(serialise);

    public long Version => version;

    public string Kind => kind;

    public string? Host => host;

    public bool IsEvent => isEvent;

    public byte[] Json => _json.Value;
}

/// <summary>The changes after a reader's position.</summary>
/// <param name="Cursor">The reader's position after these entries.</param>
/// <param name="Lost">Events that the reader had not read were dropped: it has to start over.</param>
internal sealed record LiveChanges(IReadOnlyList<LiveEntry> Entries, long Cursor, bool Lost);

/// <summary>
/// The latest value of each key and the last events, in the order in which they changed.
/// A reader is only a position in that order. A slow reader skips superseded values and delays no one.
/// </summary>
/// <param name="maxEvents">Number of events kept for readers that have not read them yet.</param>
internal sealed class LiveLog(int maxEvents)
{
    private readonly Lock _lock = new();
    private readonly LinkedList<LiveEntry> _inOrder = [];
    private readonly Dictionary<string, LinkedListNode<LiveEntry>> _byKey = new(StringComparer.Ordinal);
    private readonly Queue<LinkedListNode<LiveEntry>> _events = [];
    private TaskCompletionSource _changed = New();
    private long _version = 1;
    private long _lastDropped;

    /// <summary>Completes with the next <see cref="Wake"/>. Obtain it before calling <see cref="Since"/> to miss no change.</summary>
    public Task Changed => Volatile.Read(ref _changed).Task;

    /// <summary>Sets the value of a key; readers are notified by <see cref="Wake"/>.</summary>
    /// <param name="serialise">Gives its JSON. Called at most once, by the first reader, unless an unchanged value must be recognized.</param>
    /// <param name="publishUnchanged">Whether an unchanged value counts as a change.</param>
    public void Set(string key, string kind, string? host, Func<byte[]> serialise, bool publishUnchanged)
    {
        lock (_lock)
        {
            if (_byKey.TryGetValue(key, out var previous))
            {
                if (!publishUnchanged)
                {
                    var json = serialise();
                    if (previous.Value.Json.AsSpan().SequenceEqual(json))
                    {
                        return;
                    }

                    serialise = () => json;
                }

                _inOrder.Remove(previous);
            }

            _byKey[key] = _inOrder.AddLast(new LiveEntry(++_version, kind, host, serialise));
        }
    }

    /// <summary>Removes a key without notifying readers.</summary>
    public void Remove(string key)
    {
        lock (_lock)
        {
            if (_byKey.Remove(key, out var previous))
            {
                _inOrder.Remove(previous);
            }
        }
    }

    /// <summary>Adds an event, delivered to connected readers only.</summary>
    public void Publish(string kind, byte[] json)
    {
        lock (_lock)
        {
            _events.Enqueue(_inOrder.AddLast(new LiveEntry(++_version, kind, null, () => json, isEvent: true)));
            if (_events.Count > maxEvents)
            {
                var oldest = _events.Dequeue();
                _lastDropped = oldest.Value.Version;
                _inOrder.Remove(oldest);
            }
        }
    }

    public void Wake() => Interlocked.Exchange(ref _changed, New()).TrySetResult();

    /// <param name="cursor">The reader's position; 0 for a new reader, which gets all values and no events.</param>
    /// <param name="host">Returns only entries of this host; null for all.</param>
    public LiveChanges Since(long cursor, string? host = null)
    {
        lock (_lock)
        {
            var entries = new List<LiveEntry>();
            for (var node = _inOrder.Last; node is not null && node.Value.Version > cursor; node = node.Previous)
            {
                if ((cursor > 0 || !node.Value.IsEvent) && (host is null || node.Value.Host == host))
                {
                    entries.Add(node.Value);
                }
            }

            entries.Reverse();
            return new LiveChanges(entries, _version, cursor > 0 && cursor < _lastDropped);
        }
    }

    /// <summary>Whether a reader can continue from this position.</summary>
    public bool IsValid(long cursor)
    {
        lock (_lock)
        {
            return cursor > 0 && cursor <= _version;
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
