namespace FleetExporter.History;

/// <summary>Shares answers: equal requests await one computation, and its result for a while after it.</summary>
internal sealed class AnswerCache<TKey, TAnswer>(TimeProvider clock)
    where TKey : notnull
{
    private const int MaxCount = 64;

    private readonly Lock _lock = new();
    private readonly Dictionary<TKey, Entry> _entries = [];

    /// <param name="compute">Independent of a single request's cancellation.</param>
    /// <param name="keepFor">How long an answer is kept; zero for not at all.</param>
    public Task<TAnswer> GetAsync(TKey key, Func<Task<TAnswer>> compute, Func<TAnswer, TimeSpan> keepFor)
    {
        var added = new Entry(new TaskCompletionSource<TAnswer>(TaskCreationOptions.RunContinuationsAsynchronously), TimeSpan.MaxValue);
        lock (_lock)
        {
            if (_entries.TryGetValue(key, out var entry) && clock.Elapsed() < entry.Until)
            {
                return entry.Answer;
            }

            MakeRoom();
            _entries[key] = added;
        }

        // Outside of the lock, because it begins on this thread.
        _ = CompleteAsync(key, added, compute, keepFor);
        return added.Answer;
    }

    private async Task CompleteAsync(TKey key, Entry added, Func<Task<TAnswer>> compute, Func<TAnswer, TimeSpan> keepFor)
    {
        try
        {
            var answer = await compute().ConfigureAwait(false);
            Keep(key, added, keepFor(answer));
            added.Source.SetResult(answer);
        }
        catch (Exception e)
        {
            Keep(key, added, TimeSpan.Zero);
            added.Source.SetException(e);
        }
    }

    private void Keep(TKey key, Entry added, TimeSpan time)
    {
        lock (_lock)
        {
            if (_entries.GetValueOrDefault(key) == added)
            {
                _entries.Remove(key);
                if (time > TimeSpan.Zero)
                {
                    _entries.Add(key, added with { Until = clock.Elapsed() + time });
                }
            }
        }
    }

    /// <summary>Removes those that are over, and one more if there still are too many.</summary>
    private void MakeRoom()
    {
        if (_entries.Count < MaxCount)
        {
            return;
        }

        var now = clock.Elapsed();
        foreach (var (key, _) in _entries.Where(e => e.Value.Until <= now).ToList())
        {
            _entries.Remove(key);
        }

        if (_entries.Count >= MaxCount)
        {
            _entries.Remove(_entries.MinBy(e => e.Value.Until).Key);
        }
    }

    private sealed record Entry(TaskCompletionSource<TAnswer> Source, TimeSpan Until)
    {
        public Task<TAnswer> Answer => Source.Task;
    }
}
