using System.Text.RegularExpressions;

namespace FleetExporter.History;

/// <summary>One line of an answer, with one value per step; NaN where there is none.</summary>
/// <param name="Labels">What distinguishes it from the other series of the answer.</param>
internal sealed partial record HistorySeries(
    string Name, IReadOnlyDictionary<string, string> Labels, IReadOnlyList<double> Min, IReadOnlyList<double> Avg, IReadOnlyList<double> Max)
{
    /// <summary>The highest number of series in an answer.</summary>
    public const int MaxCount = 64;

    public bool HasValues => Avg.Any(double.IsFinite) || Max.Any(double.IsFinite);

    /// <summary>Names the series by their labels: <c>GPU 5</c>, <c>/data</c>, <c>read 1m</c>.</summary>
    /// <param name="subject">The name of a series without labels.</param>
    /// <param name="ofGpu">Whether all series are of one GPU, which then is named only where nothing else is.</param>
    public static string NameOf(IReadOnlyDictionary<string, string> labels, string subject, bool ofGpu)
    {
        var others = labels.Where(l => l.Key is not ("gpu" or "uuid")).Select(l => l.Value);
        string? gpu = (labels.GetValueOrDefault("gpu"), labels.GetValueOrDefault("uuid")) switch
        {
            ({ Length: > 0 } index, _) => $"GPU {index}",
            (_, { Length: > 0 } uuid) => uuid,
            _ => null,
        };
        var words = gpu is null || (ofGpu && others.Any()) ? others : others.Prepend(gpu);
        return string.Join(' ', words) is { Length: > 0 } name ? name : subject;
    }

    /// <summary>
    /// Orders the series, by their labels or by their highest values first, and keeps <see cref="MaxCount"/>, those with the highest values.
    /// </summary>
    public static IReadOnlyList<HistorySeries> Arrange(IReadOnlyCollection<HistorySeries> all, bool ranked)
    {
        var named = Distinguished(all);
        var kept = ranked || named.Count > MaxCount
            ? named.OrderByDescending(Mean).ThenBy(s => s.Name, StringComparer.Ordinal).Take(MaxCount)
            : named;
        return [.. ranked ? kept : kept.OrderBy(s => Number().Replace(s.Name, n => n.Value.PadLeft(12, '0')), StringComparer.Ordinal)];
    }

    /// <summary>Two boards may have had the same index: their names then include the uuid.</summary>
    private static IReadOnlyCollection<HistorySeries> Distinguished(IReadOnlyCollection<HistorySeries> all)
    {
        var repeated = all.CountBy(s => s.Name, StringComparer.Ordinal).Where(n => n.Value > 1).Select(n => n.Key).ToHashSet(StringComparer.Ordinal);
        return repeated.Count == 0 ? all : [.. all.Select(s => repeated.Contains(s.Name) ? WithUuid(s) : s)];
    }

    private static HistorySeries WithUuid(HistorySeries series) =>
        series.Labels.TryGetValue("uuid", out var uuid) ? series with { Name = $"{series.Name} ({uuid})" } : series;

    private static double Mean(HistorySeries series) => series.Avg.Where(double.IsFinite).DefaultIfEmpty(double.MinValue).Average();

    /// <summary>Padded, so that GPU 2 comes before GPU 10.</summary>
    [GeneratedRegex("[0-9]+")]
    private static partial Regex Number();
}
