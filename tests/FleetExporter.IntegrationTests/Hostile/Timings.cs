namespace FleetExporter.IntegrationTests.Hostile;

/// <summary>Durations of one kind.</summary>
internal sealed class Timings
{
    private readonly List<TimeSpan> _all = [];

    public void Add(TimeSpan time) => _all.Add(time);

    /// <summary>The smallest duration that 99 % do not exceed.</summary>
    public TimeSpan P99
    {
        get
        {
            Assert.NotEmpty(_all);
            return _all.Order().ElementAt((int)Math.Ceiling(_all.Count * 0.99) - 1);
        }
    }

    public override string ToString() => $"{P99.TotalMilliseconds:0} ms (n={_all.Count})";
}
