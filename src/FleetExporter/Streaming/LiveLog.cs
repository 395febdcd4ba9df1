namespace FleetExporter.Streaming;

/// <summary>A piece of state, or an event, as JSON that is made once for all readers.</summary>
/// <param name="Version">Its place among all changes.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Host">Whose it is; null where that means nothing.</param>
/// <param name="IsEvent">It happened once; state is true until it is replaced.</param>
internal sealed record LiveEntry(long Version, string Kind, string? Host, byte[] Json, bool IsEvent = false);

/// <summary>What has changed for one reader.</summary>
/// <param name="Cursor">Up to where the reader has been told, with these entries.</param>
/// <param name="Lost">Events it had not been told are forgotten by now: it has to begin anew.</param>
internal sealed record LiveNews(IReadOnlyList<LiveEntry> Entries, long Cursor, bool Lost);

/// <summary>
/// The latest value of each key and the last events, in the order in which they changed.
/// A reader is nothing but a place in that order: what it has not taken before a newer value came it never gets, so it can be as slow as it likes,
/// at nobody's cost.
/// </summary>
/// <param name="mostEvents">Events that are kept for readers that have not taken them yet.</param>
internal sealed class LiveLog(int mostEvents)
{
    private readonly Lock _lock = new();
    private readonly LinkedList<LiveEntry> _inOrder = [];
    private readonly Dictionary<string, LinkedListNode<LiveEntry>> _byKey = new(StringComparer.Ordinal);
    private readonly Queue<LinkedListNode<LiveEntry>> _events = [];
    private TaskCompletionSource _changed = New();
    private long _version = 1;
    private long _forgotten;

    /// <summary>Completes with the next <see cref="Wake"/>. Taken before <see cref="Since"/>, it misses nothing.</summary>
    public Task Changed => Volatile.Read(ref _changed).Task;

    /// <summary>Gives a key its value; readers find it after <see cref="Wake"/>.</summary>
    /// <param name="again">Whether the same value once more counts as a change.</param>
    public void Set(string key, string kind, string? host, byte[] json, bool again)
    {
        lock (_lock)
        {
            if (_byKey.TryGetValue(key, out var before))
            {
                if (!again && before.Value.Json.AsSpan().SequenceEqual(json))
                {
                    return;
                }

                _inOrder.Remove(before);
            }

            _byKey[key] = _inOrder.AddLast(new LiveEntry(++_version, kind, host, json));
        }
    }

    /// <summary>The key has no value any more. Readers are not told.</summary>
    public void Remove(string key)
    {
        lock (_lock)
        {
            if (_byKey.Remove(key, out var before))
            {
                _inOrder.Remove(before);
            }
        }
    }

    /// <summary>Adds an event, which only those are told who read already.</summary>
    public void Publish(string kind, byte[] json)
    {
        lock (_lock)
        {
            _events.Enqueue(_inOrder.AddLast(new LiveEntry(++_version, kind, null, json, IsEvent: true)));
            if (_events.Count > mostEvents)
            {
                var oldest = _events.Dequeue();
                _forgotten = oldest.Value.Version;
                _inOrder.Remove(oldest);
            }
        }
    }

    public void Wake() => Interlocked.Exchange(ref _changed, New()).TrySetResult();

    /// <param name="cursor">Where the reader is; 0 for one that knows nothing, which gets the whole state and no event.</param>
    /// <param name="host">Only what is of this host.</param>
    public LiveNews Since(long cursor, string? host = null)
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
            return new LiveNews(entries, _version, cursor > 0 && cursor < _forgotten);
        }
    }

    /// <summary>Whether a reader may go on from there.</summary>
    public bool Knows(long cursor)
    {
        lock (_lock)
        {
            return cursor > 0 && cursor <= _version;
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
