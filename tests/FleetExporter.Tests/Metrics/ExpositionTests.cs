namespace FleetExporter.Tests.Metrics;

/// <summary>The parser that tests of pages use rejects what Prometheus rejects.</summary>
public sealed class ExpositionTests
{
    private const string Gauge = "# HELP a_b Help.\n# TYPE a_b gauge\na_b{x=\"1\"} 2\n";
    private const string Counter = "# HELP c_total Help.\n# TYPE c_total counter\nc_total 2\n";
    private const string Histogram = "# HELP h Help.\n# TYPE h histogram\nh_sum 3\nh_count 2\nh_bucket{le=\"1\"} 1\nh_bucket{le=\"+Inf\"} 2\n";

    [Fact]
    public void A_valid_page_is_read() =>
        Assert.Equal(
            [("a_b", 1), ("c_total", 1), ("h", 4)],
            Exposition.Read(Gauge + Counter + Histogram, openMetrics: false).Select(f => (f.Name, f.Samples.Count)));

    [Theory]
    [InlineData(Gauge + Counter + Gauge)]
    [InlineData(Gauge + "a_b{x=\"1\"} 3\n")]
    [InlineData(Gauge + "c_total 1\n")]
    [InlineData("# HELP a_b Help.\na_b 1\n")]
    [InlineData(Gauge + "# EOF\n")]
    [InlineData("# HELP a_b Help.\n# TYPE a_b gauge\na_b{x=\"a\"b\"} 2\n")]
    [InlineData("# HELP c Help.\n# TYPE c counter\nc 2\n")]
    [InlineData("# HELP h Help.\n# TYPE h histogram\nh_sum 3\nh_count 3\nh_bucket{le=\"1\"} 1\nh_bucket{le=\"+Inf\"} 2\n")]
    [InlineData("# HELP h Help.\n# TYPE h histogram\nh_sum 3\nh_count 2\nh_bucket{le=\"1\"} 3\nh_bucket{le=\"+Inf\"} 2\n")]
    public void A_page_that_breaks_a_rule_of_the_text_format_is_refused(string page) =>
        Assert.Throws<FormatException>(() => Exposition.Read(page, openMetrics: false));

    [Theory]
    [InlineData(Gauge)]
    [InlineData("# EOF\n" + Gauge + "# EOF\n")]
    [InlineData(Counter + "# EOF\n")]
    [InlineData(Histogram + "# EOF\n")]
    public void A_page_that_breaks_a_rule_of_OpenMetrics_is_refused(string page) =>
        Assert.Throws<FormatException>(() => Exposition.Read(page, openMetrics: true));
}
