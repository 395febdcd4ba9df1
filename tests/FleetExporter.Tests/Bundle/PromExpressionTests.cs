namespace FleetExporter.Tests.Bundle;

public sealed class PromExpressionTests
{
    [Fact]
    public void A_query_is_read_for_its_metrics_with_labels_windows_and_functions()
    {
        var read = PromExpression.Read(
            """sum by (host, name) (rate(a_total{host=~"$host", x!="}"}[5m]) * on (gpu) group_left (uuid) b_info) or on (q) """
                + "topk(3, avg_over_time(c[$__range] @ end())) unless d:e:f > bool 0.5 * 1e6 - time()");

        Assert.Equal(["a_total", "b_info", "c", "d:e:f"], read.Selectors.Select(s => s.Metric));
        Assert.Equal("""host =~"$host", x !="}" """.Trim(), string.Join(", ", read.Selectors[0].Matchers.Select(m => $"{m.Key} {m.Value}")));
        Assert.Equal(["5m", null, "$__range", null], read.Selectors.Select(s => s.Window));
        Assert.Equal(["rate", "sum", "avg_over_time", ""], read.Selectors.Select(s => s.Function));
        Assert.Equal(["gpu", "host", "name", "q", "uuid"], read.Grouping.Order());
    }

    [Fact]
    public void Labels_that_a_query_makes_are_among_its_strings() =>
        Assert.Contains("made", PromExpression.Read("""label_replace(a{b="c"}, "made", "$1", "b", "(.*)")""").Strings);
}
