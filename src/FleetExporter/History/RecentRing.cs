namespace FleetExporter.History;

/// <summary>
/// One value over time in two rings: as it was taken, for an hour, and the minimum, average and maximum of every five minutes, for a day. About
/// 2.5 KiB, most of it from the second bucket on. Not thread-safe.
/// </summary>
internal sealed class RecentRing
{
    /// <summary>Takings that are kept.</summary>
    public const int Takings = 360;

    /// <summary>Buckets that are kept, besides the one in progress.</summary>
    public const int Buckets = 288;

    private const int PerBucket = 3;

    /// <summary>Halves hold up to 65504; divided by a power of two, values keep their 11 significant bits and may be 64 times as high.</summary>
    private const float Scale = 64;

    private readonly Half[] _takings = new Half[Takings];
    private Half[]? _buckets;
    private long _firstTaking = -1;
    private long _lastTaking = -1;
    private long _firstBucket = -1;
    private long _lastBucket = -1;

    // The bucket in progress.
    private long _bucket = -1;
    private float _min;
    private float _max;
    private double _sum;
    private int _count;

    /// <param name="taking">Number of the taking; ascending.</param>
    /// <param name="bucket">Number of the five minutes in which it is; ascending.</param>
    public void Add(long taking, long bucket, float value)
    {
        _firstTaking = _firstTaking < 0 ? taking : _firstTaking;
        for (var missing = Math.Max(_lastTaking + 1, taking - Takings + 1); _lastTaking >= 0 && missing < taking; missing++)
        {
            _takings[missing % Takings] = Half.NaN;
        }

        _takings[taking % Takings] = (Half)(value / Scale);
        _lastTaking = taking;
        if (bucket != _bucket)
        {
            Close();
            (_bucket, _min, _max, _sum, _count) = (bucket, value, value, 0, 0);
        }

        (_min, _max, _sum, _count) = (Math.Min(_min, value), Math.Max(_max, value), _sum + value, _count + 1);
    }

    /// <summary>NaN where there is none.</summary>
    public float ValueOf(long taking) =>
        taking >= _firstTaking && taking <= _lastTaking && taking > _lastTaking - Takings ? (float)_takings[taking % Takings] * Scale : float.NaN;

    /// <summary>NaN where there is none.</summary>
    public (float Min, float Avg, float Max) ValuesOf(long bucket)
    {
        if (bucket == _bucket && _count > 0)
        {
            return (_min, (float)(_sum / _count), _max);
        }

        if (_buckets is null || bucket < _firstBucket || bucket > _lastBucket || bucket <= _lastBucket - Buckets)
        {
            return (float.NaN, float.NaN, float.NaN);
        }

        var at = (int)(bucket % Buckets) * PerBucket;
        return ((float)_buckets[at] * Scale, (float)_buckets[at + 1] * Scale, (float)_buckets[at + 2] * Scale);
    }

    private void Close()
    {
        if (_count == 0)
        {
            return;
        }

        _buckets ??= new Half[Buckets * PerBucket];
        _firstBucket = _firstBucket < 0 ? _bucket : _firstBucket;
        for (var missing = Math.Max(_lastBucket + 1, _bucket - Buckets + 1); _lastBucket >= 0 && missing < _bucket; missing++)
        {
            Put(missing, float.NaN, float.NaN, float.NaN);
        }

        Put(_bucket, _min, (float)(_sum / _count), _max);
        _lastBucket = _bucket;
    }

    private void Put(long bucket, float min, float avg, float max)
    {
        var at = (int)(bucket % Buckets) * PerBucket;
        (_buckets![at], _buckets[at + 1], _buckets[at + 2]) = ((Half)(min / Scale), (Half)(avg / Scale), (Half)(max / Scale));
    }
}
