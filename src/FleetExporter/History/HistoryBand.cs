namespace FleetExporter.History;

/// <summary>Collects the minimum, average and maximum of each step of a grid.</summary>
internal sealed class HistoryBand
{
    private readonly double[] _min;
    private readonly double[] _sum;
    private readonly double[] _max;
    private readonly int[] _counts;

    public HistoryBand(int steps)
    {
        (_min, _sum, _max, _counts) = (new double[steps], new double[steps], new double[steps], new int[steps]);
        Array.Fill(_min, double.NaN);
        Array.Fill(_max, double.NaN);
    }

    /// <param name="step">Null for a moment outside of the grid.</param>
    /// <param name="avg">NaN for no value.</param>
    public void Add(int? step, double min, double avg, double max)
    {
        if (step is { } at && !double.IsNaN(avg))
        {
            _min[at] = double.MinNumber(_min[at], min);
            _max[at] = double.MaxNumber(_max[at], max);
            _sum[at] += avg;
            _counts[at]++;
        }
    }

    public HistorySeries ToSeries(string name, IReadOnlyDictionary<string, string> labels) =>
        new(name, labels, _min, [.. _sum.Zip(_counts, (sum, count) => count == 0 ? double.NaN : sum / count)], _max);
}
