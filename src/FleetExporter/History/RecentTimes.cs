namespace FleetExporter.History;

/// <summary>
/// When values were taken, and in which five minutes a moment is. By the monotonic clock, so a wall clock that is set moves them all.
/// </summary>
internal sealed class RecentTimes
{
    private readonly Instant[] _takings = new Instant[RecentRing.Takings];
    private DateTimeOffset? _origin;

    public static readonly TimeSpan BucketLength = TimeSpan.FromMinutes(5);

    /// <summary>Number of the last taking; -1 before the first.</summary>
    public long Last { get; private set; } = -1;

    /// <returns>Number of the taking, and of its bucket, which begins at a multiple of five minutes.</returns>
    public (long Taking, long Bucket) Add(Instant now)
    {
        _origin ??= now.Time - now.Elapsed;
        _takings[++Last % RecentRing.Takings] = now;
        return (Last, BucketOf(now));
    }

    public long BucketOf(Instant now) => (_origin!.Value + now.Elapsed - DateTimeOffset.UnixEpoch).Ticks / BucketLength.Ticks;

    public DateTimeOffset TimeOf(long taking, Instant now) => _takings[taking % RecentRing.Takings].TimeAsOf(now);

    /// <summary>Begin of a bucket.</summary>
    public DateTimeOffset BeginOf(long bucket, Instant now)
    {
        var moved = now.Time - (_origin!.Value + now.Elapsed);
        return DateTimeOffset.UnixEpoch + (bucket * BucketLength) + (moved.Duration() > TimeSpan.FromSeconds(1) ? moved : default);
    }
}
