using FleetExporter.Config;
using FleetExporter.Parsing;
using FleetExporter.Remote;

namespace FleetExporter.History;

/// <summary>Queries minimum, average and maximum of each step, concurrently, and joins what Prometheus answers to series.</summary>
internal static class PrometheusBands
{
    /// <exception cref="TargetFailureException">The first failed query's.</exception>
    /// <exception cref="OperationCanceledException">Stopped.</exception>
    public static async Task<IReadOnlyList<HistorySeries>> ReadAsync(
        ServerConfig server, HistorySubject subject, HistoryValue value, HistoryGrid grid, DateTimeOffset now, TimeSpan limit, CancellationToken stop)
    {
        var queries = Queries(subject, value, grid, now).ToList();
        // Without a band, all three bounds are one query.
        var answers = queries.DistinctBy(q => (q.Text, q.From)).ToDictionary(
            q => (q.Text, q.From), q => PrometheusApi.RangeAsync(server, q.Text, q.From, q.To, grid.Step, stop, limit));
        await Task.WhenAll(answers.Values).ConfigureAwait(false);

        var found = new OrderedDictionary<string, (IReadOnlyDictionary<string, string> Labels, double[][] Values)>(StringComparer.Ordinal);
        foreach (var query in queries)
        {
            foreach (var series in await answers[(query.Text, query.From)].ConfigureAwait(false))
            {
                var values = ValuesOf(found, LabelsOf(series, value), grid.Count)[(int)query.Bound];
                foreach (var (at, number) in series.Points)
                {
                    // A point has the values of the step that ends with it.
                    if (grid.IndexOf(query.IsLast ? grid.Last : at - grid.Step) is { } index)
                    {
                        values[index] = number;
                    }
                }
            }
        }

        return
        [
            .. found.Values
                .Select(f => new HistorySeries(
                    HistorySeries.NameOf(f.Labels, subject.Name, subject.Gpu is not null), f.Labels, f.Values[0], f.Values[1], f.Values[2]))
                .Where(s => s.HasValues)
        ];
    }

    /// <summary>Three bounds of all steps that are over, and of the last one if it is not.</summary>
    private static IEnumerable<Query> Queries(HistorySubject subject, HistoryValue value, HistoryGrid grid, DateTimeOffset now)
    {
        var isLastOpen = grid.Last + grid.Step > now;
        var over = grid.Count - (isLastOpen ? 1 : 0);
        foreach (var bound in Enum.GetValues<HistoryBound>())
        {
            if (over > 0)
            {
                var text = value.Query(new HistoryQuery(subject, bound, grid.Step));
                yield return new Query(bound, text, grid.First + grid.Step, grid.First + (over * grid.Step), IsLast: false);
            }

            if (isLastOpen)
            {
                yield return new Query(bound, value.Query(new HistoryQuery(subject, bound, now - grid.Last)), now, now, IsLast: true);
            }
        }
    }

    private static Dictionary<string, string> LabelsOf(RangeSeries series, HistoryValue value) =>
        value.Labels.ToDictionary(name => name, name => Printable.Line(series.Labels.GetValueOrDefault(name, ""), 200));

    private static double[][] ValuesOf(
        OrderedDictionary<string, (IReadOnlyDictionary<string, string> Labels, double[][] Values)> found, Dictionary<string, string> labels,
        int steps)
    {
        var key = string.Join('\n', labels.Values);
        if (!found.TryGetValue(key, out var series))
        {
            series = (labels, [.. Enum.GetValues<HistoryBound>().Select(_ => Enumerable.Repeat(double.NaN, steps).ToArray())]);
            found.Add(key, series);
        }

        return series.Values;
    }

    private sealed record Query(HistoryBound Bound, string Text, DateTimeOffset From, DateTimeOffset To, bool IsLast);
}
