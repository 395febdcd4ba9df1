using System.Globalization;
using System.Text.Json;

namespace FleetExporter.Parsing;

/// <summary>One series of a range query.</summary>
/// <param name="Points">In time order. Finite: points with NaN or infinity are left out.</param>
internal sealed record RangeSeries(IReadOnlyDictionary<string, string> Labels, IReadOnlyList<(DateTimeOffset At, double Value)> Points);

/// <summary>Response of <c>/api/v1/query_range</c>.</summary>
internal static class PrometheusRange
{
    /// <param name="body">
    /// <c>{"status":"success","data":{"resultType":"matrix","result":[{"metric":{…},"values":[[1700000000.5,"1.5"],…]},…]}}</c>;
    /// on failure, status is <c>error</c> and <c>error</c> is set.
    /// </param>
    /// <exception cref="TargetFailureException">
    /// Unexpected body (<see cref="TargetFailure.Body"/>), or the query failed (<see cref="TargetFailure.ReportedError"/>).
    /// </exception>
    /// <remarks>Seen: Prometheus 2.42.</remarks>
    public static IReadOnlyList<RangeSeries> Parse(string body) => JsonAnswer.Read(body, root =>
    {
        if (JsonAnswer.Text(root, "status") == "error")
        {
            throw new TargetFailureException(TargetFailure.ReportedError, JsonAnswer.Text(root, "error") ?? "the query failed");
        }

        if (JsonAnswer.Member(root, "data") is not { } data || JsonAnswer.Text(data, "resultType") != "matrix"
            || JsonAnswer.Member(data, "result") is not { ValueKind: JsonValueKind.Array } result)
        {
            throw Invalid(body);
        }

        List<RangeSeries> all = [.. result.EnumerateArray().Select(series => Series(series) ?? throw Invalid(body))];
        return all.AsReadOnly();
    }, RemoteLimits.LargeJsonValues);

    private static RangeSeries? Series(JsonElement series)
    {
        if (JsonAnswer.Member(series, "metric") is not { ValueKind: JsonValueKind.Object } metric
            || JsonAnswer.Member(series, "values") is not { ValueKind: JsonValueKind.Array } values)
        {
            return null;
        }

        var labels = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var label in metric.EnumerateObject())
        {
            labels[label.Name] = label.Value.ValueKind == JsonValueKind.String ? label.Value.GetString()! : "";
        }

        var points = new List<(DateTimeOffset, double)>();
        foreach (var pair in values.EnumerateArray())
        {
            if (pair.ValueKind != JsonValueKind.Array || pair.GetArrayLength() != 2
                || pair[0].ValueKind != JsonValueKind.Number || !pair[0].TryGetDouble(out var seconds) || seconds is not (>= 0 and < 1e11)
                || pair[1].ValueKind != JsonValueKind.String || !TryNumber(pair[1].GetString()!, out var value))
            {
                return null;
            }

            if (double.IsFinite(value))
            {
                points.Add((DateTimeOffset.UnixEpoch.AddMilliseconds(Math.Round(seconds * 1000)), value));
            }
        }

        return new RangeSeries(labels, points);
    }

    private static bool TryNumber(string text, out double value)
    {
        // .NET spells infinities differently; non-finite values are dropped anyway.
        value = double.NaN;
        return text is "NaN" or "+Inf" or "-Inf" || double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value);
    }

    private static TargetFailureException Invalid(string body) =>
        new(TargetFailure.Body, $"the response is not a Prometheus range query result: {SectionText.Quote(body)}");
}
