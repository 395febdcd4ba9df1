using FleetExporter.History;

namespace FleetExporter.Api;

/// <summary>One value of a host, GPU or target over time.</summary>
/// <param name="From">Begin of the first step.</param>
/// <param name="Source">Memory where Prometheus has no answer.</param>
/// <param name="Hint">One sentence: why there is less than there could be, and how to have more; null where there is nothing to say.</param>
/// <param name="Times">Begins of the steps in milliseconds since 1970, ascending, evenly spaced.</param>
internal sealed record ValueHistoryView(
    string Subject, string Value, HistoryUnit Unit, DateTimeOffset From, DateTimeOffset To, long StepSeconds, HistorySource Source, string? Hint,
    IReadOnlyList<long> Times, IReadOnlyList<ValueSeriesView> Series)
{
    internal static ValueHistoryView Of(HistoryRequest request, HistoryAnswer answer) => new(
        request.Subject.ToString(),
        request.Value.Name,
        request.Value.Unit,
        answer.Grid.First,
        answer.Grid.To,
        (long)answer.Grid.Step.TotalSeconds,
        answer.Source,
        answer.Hint,
        answer.Grid.Times(),
        [.. answer.Series.Select(ValueSeriesView.Of)]);
}

/// <summary>Minimum, average and maximum of each step; null where there is no value.</summary>
/// <param name="Labels">What distinguishes it from the other series.</param>
internal sealed record ValueSeriesView(
    string Name, IReadOnlyDictionary<string, string> Labels, IReadOnlyList<double?> Min, IReadOnlyList<double?> Avg, IReadOnlyList<double?> Max)
{
    internal static ValueSeriesView Of(HistorySeries series) =>
        new(series.Name, series.Labels, Rounded(series.Min), Rounded(series.Avg), Rounded(series.Max));

    /// <summary>Three decimals, or whole numbers from 10,000 on.</summary>
    private static IReadOnlyList<double?> Rounded(IReadOnlyList<double> values) =>
        [.. values.Select(v => double.IsFinite(v) ? Math.Round(v, Math.Abs(v) < 10_000 ? 3 : 0) : (double?)null)];
}
