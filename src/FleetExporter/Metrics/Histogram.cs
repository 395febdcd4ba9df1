namespace FleetExporter.Metrics;

/// <summary>Observations in buckets. Safe for concurrent writers.</summary>
/// <param name="bounds">Upper bounds of the buckets in rising order, without infinity.</param>
public sealed class Histogram(params double[] bounds)
{
    private readonly long[] _counts = new long[bounds.Length + 1];
    private readonly Lock _lock = new();
    private double _sum;

    public IReadOnlyList<double> Bounds => bounds;

    public void Observe(double value)
    {
        // A bucket holds what is at most its bound.
        var place = Array.BinarySearch(bounds, value);
        lock (_lock)
        {
            _counts[place >= 0 ? place : ~place]++;
            _sum += value;
        }
    }

    /// <returns>Per bucket how many were at most its bound, the last one all of them; and their sum.</returns>
    public (IReadOnlyList<long> Counts, double Sum) Read()
    {
        var counts = new long[_counts.Length];
        lock (_lock)
        {
            long below = 0;
            for (var i = 0; i < counts.Length; i++)
            {
                counts[i] = below += _counts[i];
            }

            return (counts, _sum);
        }
    }
}
