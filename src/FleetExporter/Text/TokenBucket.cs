namespace FleetExporter.Text;

/// <summary>Rate limiter: a burst of <c>size</c>, then one per interval. Not thread-safe.</summary>
/// <param name="size">Capacity.</param>
/// <param name="interval">Time to refill one token.</param>
/// <param name="clock">Clock; its monotonic timestamps are used.</param>
internal sealed class TokenBucket(int size, TimeSpan interval, TimeProvider clock)
{
    private double _tokens = size;
    private long _at = clock.GetTimestamp();

    /// <summary>Whether it is equivalent to a new bucket.</summary>
    public bool IsFull => Fill() >= size;

    /// <summary>Time until the next token; zero if available.</summary>
    public TimeSpan Wait => Fill() >= 1 ? TimeSpan.Zero : (1 - _tokens) * interval;

    public bool TryTake()
    {
        if (Fill() < 1)
        {
            return false;
        }

        _tokens--;
        return true;
    }

    private double Fill()
    {
        var now = clock.GetTimestamp();
        _tokens = Math.Min(size, _tokens + (clock.GetElapsedTime(_at, now) / interval));
        _at = now;
        return _tokens;
    }
}
