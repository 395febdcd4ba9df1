namespace FleetExporter.Text;

/// <summary>So many at once, then one per interval. Not safe for concurrent use.</summary>
/// <param name="size">Tokens of a full bucket.</param>
/// <param name="interval">Time after which a token comes back.</param>
/// <param name="clock">Its timestamps count, so that a clock that is set changes nothing.</param>
internal sealed class TokenBucket(int size, TimeSpan interval, TimeProvider clock)
{
    private double _tokens = size;
    private long _at = clock.GetTimestamp();

    /// <summary>Whether nothing is missing: a new one would be the same.</summary>
    public bool IsFull => Fill() >= size;

    /// <summary>Time until the next token; zero when there is one.</summary>
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
