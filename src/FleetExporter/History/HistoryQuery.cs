using System.Globalization;
using FleetExporter.Metrics;
using FleetExporter.Remote;

namespace FleetExporter.History;

/// <summary>The three lines of a band.</summary>
internal enum HistoryBound
{
    Min,
    Avg,
    Max,
}

/// <summary>
/// Writes PromQL for one subject, one bound and the window that ends at the time of evaluation. Every aggregation drops the labels of the scrape, so
/// that a series that two jobs scrape, such as /metrics and /probe, counts once.
/// </summary>
internal sealed record HistoryQuery(HistorySubject Subject, HistoryBound Bound, TimeSpan Window)
{
    /// <summary>Finds two samples of whatever is scraped at least every two minutes.</summary>
    private const int RateFallback = 300;

    /// <summary>A short window may lie between two samples; then the latest one before it counts, unless the series has ended.</summary>
    private bool IsShort => Window < HistoryGrid.LongStep;

    private int Seconds => Math.Max(1, (int)Window.TotalSeconds);

    private string Matchers => Subject switch
    {
        { Kind: SubjectKind.Host } => $"host={PrometheusApi.Quote(Subject.Name)}",
        { Kind: SubjectKind.Gpu } =>
            $"host={PrometheusApi.Quote(Subject.Name)}, {(Subject.GpuIndex is null ? "uuid" : "gpu")}={PrometheusApi.Quote(Subject.Gpu!)}",
        _ => $"{Words.Of(Subject.Kind)}={PrometheusApi.Quote(Subject.Name)}",
    };

    /// <summary>The subject's series of a family.</summary>
    /// <param name="more">Further matchers; empty for none.</param>
    public string Select(MetricFamily family, string more = "") => $"{family.Name}{{{Matchers}{(more.Length > 0 ? ", " : "")}{more}}}";

    /// <summary>The bound of a gauge in the window.</summary>
    /// <param name="by">Labels that are kept, with commas between them.</param>
    public string Over(MetricFamily family, string by = "", string more = "") => Over(Bound, family, by, more);

    /// <summary>The opposite bound: of free memory where used memory is wanted.</summary>
    public string OppositeOver(MetricFamily family, string by = "", string more = "") => Over(
        Bound switch { HistoryBound.Min => HistoryBound.Max, HistoryBound.Max => HistoryBound.Min, _ => HistoryBound.Avg }, family, by, more);

    /// <summary>The highest value in the window, whatever the bound: of a size.</summary>
    public string HighestOver(MetricFamily family, string by = "", string more = "") => Over(HistoryBound.Max, family, by, more);

    /// <summary>The bound of an expression of rates in the window.</summary>
    /// <param name="expression">Gets the range of the rates, such as <c>60s</c>.</param>
    public string OfRates(Func<string, string> expression)
    {
        if (IsShort)
        {
            return $"({expression($"{Math.Max(60, Seconds)}s")}) or ({expression($"{RateFallback}s")})";
        }

        var range = Math.Clamp(Seconds / 12, 120, 600);
        return Sampled(expression($"{range}s"), range);
    }

    /// <summary>The bound of an expression of current values in the window.</summary>
    public string OfSamples(string expression) => IsShort ? expression : Sampled(expression, Math.Max(15, Seconds / 120));

    /// <summary>Adds the label <c>part</c>, so that several expressions can be joined by <c>or</c>.</summary>
    public static string Part(string name, string expression) => $"label_replace({expression}, \"part\", \"{name}\", \"\", \"\")";

    /// <summary>Evaluates the expression at multiples of the resolution, or at the end of a window in which the series has only just begun.</summary>
    private string Sampled(string expression, int resolution) =>
        $"{Words.Of(Bound)}_over_time(({expression})[{Seconds}s:{resolution}s]) or ({expression})";

    private string Over(HistoryBound bound, MetricFamily family, string by, string more)
    {
        var (word, series) = (Words.Of(bound), Select(family, more));
        return string.Create(
            CultureInfo.InvariantCulture, $"{word} by ({by}) ({word}_over_time({series}[{Seconds}s]){(IsShort ? $" or {series}" : "")})");
    }
}
