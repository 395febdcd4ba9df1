namespace FleetExporter.Control;

/// <summary>
/// Limits wrong confirmation tokens per key: 10 at once, then one per 6 s. There are as many buckets as keys, so their number is bounded.
/// </summary>
internal sealed class WrongTokens(TimeProvider clock)
{
    private const int AtOnce = 10;

    private static readonly TimeSpan OnePer = TimeSpan.FromSeconds(6);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, TokenBucket> _byCaller = new(StringComparer.Ordinal);

    /// <summary>How long tokens of this caller are rejected; zero if accepted.</summary>
    public TimeSpan Wait(string caller)
    {
        lock (_lock)
        {
            return _byCaller.TryGetValue(caller, out var bucket) ? bucket.Wait : TimeSpan.Zero;
        }
    }

    public void Count(string caller)
    {
        lock (_lock)
        {
            if (!_byCaller.TryGetValue(caller, out var bucket))
            {
                _byCaller[caller] = bucket = new TokenBucket(AtOnce, OnePer, clock);
            }

            bucket.TryTake();
        }
    }
}
