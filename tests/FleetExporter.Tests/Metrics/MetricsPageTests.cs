using FleetExporter.Metrics;

namespace FleetExporter.Tests.Metrics;

public sealed class MetricsPageTests : IDisposable
{
    private static readonly MetricFamily Beta = MetricFamily.Gauge("fleet_test_beta_bytes", "The second.", "host", "name");
    private static readonly MetricFamily Alpha = MetricFamily.Counter("fleet_test_alpha_seconds_total", "The \"first\" \\ of two.", "host");
    private static readonly MetricFamily Plain = MetricFamily.Gauge("fleet_test_plain", "Without a unit.", "state");
    private static readonly MetricFamily Small = MetricFamily.Gauge("fleet_test_small", "At most a few.", "host", "name");

    private readonly ExporterMetrics _metrics = new();
    private readonly DroppedSeries _dropped;
    private readonly MetricsPage _page;

    public MetricsPageTests()
    {
        _dropped = new DroppedSeries(_metrics, Small, Plain);
        _page = new MetricsPage(_dropped);
    }

    [Fact]
    public void Samples_are_grouped_by_family_and_families_sorted_by_name()
    {
        _page.Add(Beta, Labels.Of("host", "a"), 1, ("name", "x"));
        _page.Add(Alpha, Labels.Of("host", "a"), 2);
        _page.Add(Beta, Labels.Of("host", "b"), 3);

        Assert.Equal(
            """
            # HELP fleet_test_alpha_seconds_total The "first" \\ of two.
            # TYPE fleet_test_alpha_seconds_total counter
            fleet_test_alpha_seconds_total{host="a"} 2
            # HELP fleet_test_beta_bytes The second.
            # TYPE fleet_test_beta_bytes gauge
            fleet_test_beta_bytes{host="a",name="x"} 1
            fleet_test_beta_bytes{host="b"} 3

            """,
            _page.ToString());
    }

    [Fact]
    public void OpenMetrics_has_counters_without_suffix_units_and_EOF()
    {
        _page.Add(Beta, Labels.None, 1);
        _page.Add(Alpha, Labels.None, 2);
        _page.Add(Plain, Labels.None, 3);

        Assert.Equal(
            """
            # TYPE fleet_test_alpha_seconds counter
            # UNIT fleet_test_alpha_seconds seconds
            # HELP fleet_test_alpha_seconds The \"first\" \\ of two.
            fleet_test_alpha_seconds_total 2
            # TYPE fleet_test_beta_bytes gauge
            # UNIT fleet_test_beta_bytes bytes
            # HELP fleet_test_beta_bytes The second.
            fleet_test_beta_bytes 1
            # TYPE fleet_test_plain gauge
            # HELP fleet_test_plain Without a unit.
            fleet_test_plain 3
            # EOF

            """,
            _page.ToString(ExpositionFormat.OpenMetrics));
    }

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("a\\b", "a\\\\b")]
    [InlineData("say \"hi\"", "say \\\"hi\\\"")]
    [InlineData("two\nlines", "two\\nlines")]
    [InlineData("\\n is no line feed", "\\\\n is no line feed")]
    [InlineData("é 漢 🚀", "é 漢 🚀")]
    public void Label_values_are_escaped_equally_in_target_and_additional_labels(string value, string written)
    {
        _page.Add(Beta, Labels.Of("host", value), 1, ("name", value));

        Assert.Equal($"fleet_test_beta_bytes{{host=\"{written}\",name=\"{written}\"}} 1", Assert.Single(Samples()));
    }

    [Fact]
    public void Unpaired_surrogates_are_replaced()
    {
        _page.Add(Beta, Labels.Of("host", "a\ud83d"), 1, ("name", "\ude80b"));

        Assert.Equal("fleet_test_beta_bytes{host=\"a\ufffd\",name=\"\ufffdb\"} 1", Assert.Single(Samples()));
    }

    [Fact]
    public void Values_beyond_the_maximum_length_are_truncated()
    {
        Assert.Equal($"name=\"{new string('x', 200)}\"", Labels.Of("name", new string('x', 200)).ToString());
        Assert.Equal($"name=\"{new string('x', 199)}…\"", Labels.Of("name", new string('x', 201)).ToString());
    }

    [Fact]
    public void Truncation_never_splits_a_surrogate_pair_or_an_escape()
    {
        Assert.Equal($"n=\"{new string('x', 198)}…\"", Labels.Of("n", new string('x', 198) + "🚀🚀").ToString());
        Assert.Equal($"n=\"{new string('x', 197)}🚀…\"", Labels.Of("n", new string('x', 197) + "🚀🚀").ToString());
        Assert.Equal($"n=\"{string.Concat(Enumerable.Repeat("\\\"", 199))}…\"", Labels.Of("n", new string('"', 300)).ToString());
    }

    [Theory]
    [InlineData(0, "0")]
    [InlineData(-17, "-17")]
    [InlineData(0.1, "0.1")]
    [InlineData(-2.5, "-2.5")]
    [InlineData(1767225600.25, "1767225600.25")]
    [InlineData(128849018880, "128849018880")]
    [InlineData(9007199254740991, "9007199254740991")]
    [InlineData(1e21, "1E+21")]
    [InlineData(1e-9, "1E-09")]
    [InlineData(double.MinValue, "-1.7976931348623157E+308")]
    public void Numbers_are_valid_in_both_formats(double value, string written)
    {
        _page.Add(Plain, Labels.None, value);

        Assert.Equal($"fleet_test_plain {written}", Assert.Single(Samples()));
    }

    [Fact]
    public void Zero_has_no_sign() => Numbers_are_valid_in_both_formats(-0.0, "0");

    [Theory]
    [InlineData(null)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.NegativeInfinity)]
    [InlineData(double.NaN)]
    public void Missing_and_non_finite_values_add_no_family(double? value)
    {
        _page.Add(Plain, Labels.None, value);
        _page.Add(Beta, Labels.None, value, ("name", "x"));

        Assert.Equal("", _page.ToString());
        Assert.Equal("# EOF\n", _page.ToString(ExpositionFormat.OpenMetrics));
    }

    [Theory]
    [InlineData("b", "0,1,0")]
    [InlineData("unheard of", "0,0,0")]
    [InlineData(null, "0,0,0")]
    public void A_state_set_has_a_sample_per_state(string? current, string values)
    {
        _page.AddStates(Plain, Labels.None, "state", ["a", "b", "c"], current);

        Assert.Equal(
            values.Split(',').Zip(["a", "b", "c"], (value, state) => $"fleet_test_plain{{state=\"{state}\"}} {value}"),
            Samples());
    }

    [Fact]
    public async Task Samples_beyond_the_limit_of_a_target_are_dropped_and_counted()
    {
        foreach (var host in new[] { "a", "b" })
        {
            _page.BeginTarget();
            for (var i = 0; i < 258; i++)
            {
                _page.Add(Small, Labels.Of("host", host), i, ("name", $"{i}"));
            }
        }

        Assert.Equal([("a", 256), ("b", 256)], Samples().CountBy(s => s.Split('"')[1]).Select(c => (c.Key, c.Value)));
        Assert.Equal(
            ["fleet_series_dropped_total{family=\"fleet_test_small\"} 4", "fleet_series_dropped_total{family=\"fleet_test_plain\"} 0"],
            await DroppedAsync());
    }

    [Fact]
    public async Task Duplicate_series_keep_the_first_value_and_are_counted()
    {
        var cut = new string('x', 300);
        string[] names = ["a", "b", "a", cut + "1", cut + "2", "b"];
        foreach (var (value, name) in names.Index())
        {
            _page.Add(Small, Labels.Of("host", "h"), value, ("name", name));
        }

        _page.Add(Plain, Labels.Of("state", "a"), 1);
        _page.Add(Plain, Labels.Of("state", "a"), 2);
        _page.BeginTarget();
        _page.Add(Small, Labels.Of("host", "i"), 6, ("name", "a"));

        Assert.Equal(["1", "0", "1", "3", "6"], Samples().Select(s => s.Split(' ')[1]));
        Assert.Equal(
            ["fleet_series_dropped_total{family=\"fleet_test_small\"} 3", "fleet_series_dropped_total{family=\"fleet_test_plain\"} 1"],
            await DroppedAsync());
    }

    [Fact]
    public void A_removed_sample_may_span_blocks()
    {
        for (var i = 0; i < 20_000; i++)
        {
            if (i % 200 == 0)
            {
                _page.BeginTarget();
            }

            var name = new string('x', 150) + (i % 2 == 0 ? i : i - 1);
            _page.Add(Beta, Labels.Of("host", $"{i / 200}"), i, ("name", name));
        }

        Assert.Equal(
            Enumerable.Range(0, 10_000).Select(i => 2 * i).Select(i =>
                $"fleet_test_beta_bytes{{host=\"{i / 200}\",name=\"{new string('x', 150)}{i}\"}} {i}"), Samples());
    }

    [Fact]
    public async Task Dropped_samples_are_summed_over_pages()
    {
        for (var scrape = 0; scrape < 3; scrape++)
        {
            using var page = new MetricsPage(_dropped);
            for (var i = 0; i < 257; i++)
            {
                page.Add(Small, Labels.None, i, ("name", $"{i}"));
            }
        }

        Assert.Equal("fleet_series_dropped_total{family=\"fleet_test_small\"} 3", (await DroppedAsync())[0]);
    }

    [Fact]
    public void A_hundred_thousand_samples_are_written_in_order()
    {
        string Name(int i) => new string('x', i % 150) + i;
        for (var i = 0; i < 100_000; i++)
        {
            _page.BeginTarget();
            _page.Add(Beta, Labels.Of("host", "h"), i, ("name", Name(i)));
        }

        var expected = Enumerable.Range(0, 100_000).Select(i => $"fleet_test_beta_bytes{{host=\"h\",name=\"{Name(i)}\"}} {i}");
        Assert.Equal(expected, Samples());
    }

    [Fact]
    public void A_counter_must_end_in_total() =>
        Assert.Contains(
            "_total", Assert.Throws<ArgumentException>(() => MetricFamily.Counter("fleet_test_count", "x")).Message, StringComparison.Ordinal);

    public void Dispose() => _page.Dispose();

    private IEnumerable<string> Samples() => _page.ToString().Split('\n').Where(line => line.Length > 0 && line[0] != '#');

    private async Task<string[]> DroppedAsync() =>
        [.. (await Exposition.TextOfAsync(_metrics)).Split('\n').Where(line =>
            line.StartsWith(DroppedSeries.Total.Name + '{', StringComparison.Ordinal))];
}
