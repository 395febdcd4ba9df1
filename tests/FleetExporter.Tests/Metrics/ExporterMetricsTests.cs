using FleetExporter.Alerting;
using FleetExporter.Api;
using FleetExporter.Metrics;

namespace FleetExporter.Tests.Metrics;

public sealed class ExporterMetricsTests
{
    private static readonly MetricFamily Waits = MetricFamily.Histogram("fleet_test_waits_seconds", "Waiting.", "host");

    private readonly ExporterMetrics _metrics = new();

    [Fact]
    public async Task A_histogram_has_bounds_as_each_format_writes_them()
    {
        _metrics.Histogram(Waits, 0.5, 2).WithLabels("a").Observe(1);

        var text = await Exposition.TextOfAsync(_metrics);
        var open = await Exposition.TextOfAsync(_metrics, ExpositionFormat.OpenMetrics);

        Assert.Contains("fleet_test_waits_seconds_bucket{host=\"a\",le=\"2\"} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("fleet_test_waits_seconds_bucket{host=\"a\",le=\"2.0\"} 1\n", open, StringComparison.Ordinal);
        Assert.Equal(5, Assert.Single(Exposition.Read(open, openMetrics: true)).Samples.Count);
    }

    [Fact]
    public async Task An_absent_gauge_has_no_sample_until_it_is_set()
    {
        var clock = new FakeClock();
        var watchdog = new Watchdog(_metrics, clock);
        Assert.Empty(Assert.Single(Exposition.Read(await Exposition.TextOfAsync(_metrics), openMetrics: false)).Samples);

        watchdog.Seen();

        var sample = Assert.Single(Assert.Single(Exposition.Read(await Exposition.TextOfAsync(_metrics), openMetrics: false)).Samples);
        Assert.Equal(clock.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0, sample.Value);
    }

    [Fact]
    public async Task The_runtimes_metrics_are_those_of_the_catalogue_and_have_values()
    {
        _metrics.AddRuntime();
        GC.Collect();

        var families = Exposition.Read(await Exposition.TextOfAsync(_metrics), openMetrics: false);

        Assert.Equal(
            RuntimeMetrics.Families.Select(f => (f.Name, f.TypeName, f.Help)).Order(), families.Select(f => (f.Name, f.Type, f.Help)).Order());
        Assert.All(
            families.Where(f => f.Name != "dotnet_threadpool_queue_length"), f => Assert.All(f.Samples, s => Assert.True(s.Value > 0, f.Name)));
        Assert.Equal(
            ["generation=\"0\"", "generation=\"1\"", "generation=\"2\""],
            families.Single(f => f.Name == "dotnet_collection_count_total").Samples.Select(s => s.Labels));
    }

    [Fact]
    public void No_help_text_of_the_registry_needs_escapes_which_the_library_does_not_write() =>
        Assert.All(ExporterPage.RegistryFamilies, f => Assert.DoesNotContain(f.Help, c => c is '\\' or '"' or '\n'));
}
