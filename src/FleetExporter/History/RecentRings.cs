namespace FleetExporter.History;

/// <summary>The rings of one host, GPU or target, made when their first value arrives. Not thread-safe.</summary>
/// <param name="limit">Shared by all.</param>
internal sealed class RecentRings(RecentLimit limit)
{
    private readonly RecentRing?[] _rings = new RecentRing?[Enum.GetValues<RecentValue>().Length];

    /// <summary>When it was last part of the fleet.</summary>
    public Instant SeenAt { get; private set; }

    public long LastTaking { get; private set; }

    /// <summary>Whether the limit left no room for a ring.</summary>
    public bool IsIncomplete { get; private set; }

    public void See(long taking, Instant now) => (LastTaking, SeenAt) = (taking, now);

    public void Add(RecentValue value, long taking, long bucket, double? number)
    {
        if (number is { } known && double.IsFinite(known))
        {
            _rings[(int)value] ??= Create();
            _rings[(int)value]?.Add(taking, bucket, (float)known);
        }
    }

    public RecentRing? Find(RecentValue value) => _rings[(int)value];

    /// <summary>Gives its rings' places to others.</summary>
    public void Drop() => limit.Release(_rings.Count(r => r is not null));

    private RecentRing? Create()
    {
        var room = limit.TryTake();
        IsIncomplete = !room;
        return room ? new RecentRing() : null;
    }
}

/// <summary>How many rings there are, and how many there may be.</summary>
internal sealed class RecentLimit(int max)
{
    public int Max => max;

    public int Used { get; private set; }

    public bool TryTake()
    {
        var room = Used < max;
        Used += room ? 1 : 0;
        return room;
    }

    public void Release(int count) => Used -= count;
}
