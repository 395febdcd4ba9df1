using FleetExporter.Api;
using FleetExporter.Tests.Metrics;

namespace FleetExporter.Tests.Api;

/// <summary>One page of two parts: the families written from snapshots, and the registry of the service's own metrics.</summary>
public sealed class ExporterPageTests
{
    private const string Text = "text/plain;version=0.0.4";
    private const string OpenMetrics = "application/openmetrics-text;version=1.0.0";

    [Theory]
    [InlineData(Text)]
    [InlineData(OpenMetrics)]
    public async Task The_page_is_valid_and_has_only_families_of_the_catalogue(string accept)
    {
        await using var server = await ApiServer.StartAsync();

        var families = Exposition.Read(await ScrapeAsync(server, accept), accept == OpenMetrics);

        var catalogue = ExporterPage.Families.ToDictionary(f => f.Name);
        Assert.All(families, family =>
        {
            var known = Assert.Contains(family.Name, catalogue);
            Assert.Equal(known.TypeName, family.Type);
            Assert.All(family.Samples, sample => Assert.Empty(Exposition.NamesOf(sample).Except([.. known.Labels, "le"])));
        });
        Assert.Empty(ExporterPage.RegistryFamilies.Select(f => f.Name).Except(families.Select(f => f.Name)));
    }

    [Fact]
    public async Task Both_formats_have_the_same_series_but_for_the_bounds_of_buckets()
    {
        await using var server = await ApiServer.StartAsync();
        // The series that count the scrape itself exist after the first one.
        await ScrapeAsync(server, Text);

        var text = Exposition.Read(await ScrapeAsync(server, Text), openMetrics: false);
        var open = Exposition.Read(await ScrapeAsync(server, OpenMetrics), openMetrics: true);

        IEnumerable<string> Series(IEnumerable<ExposedFamily> families) => families
            .SelectMany(f => f.Samples).Where(s => !s.Name.EndsWith("_bucket", StringComparison.Ordinal))
            .Select(s => $"{s.Name}{{{s.Labels}}}").Order(StringComparer.Ordinal);
        Assert.Equal(Series(text), Series(open));
    }

    [Fact]
    public async Task Counters_have_samples_before_their_first_event()
    {
        await using var server = await ApiServer.StartAsync();

        var samples = Exposition.Read(await ScrapeAsync(server, Text), openMetrics: false).SelectMany(f => f.Samples)
            .ToDictionary(s => $"{s.Name}{{{s.Labels}}}", s => s.Value);

        Assert.Equal(0, samples["fleet_control_requests_total{action=\"exec\",outcome=\"denied\"}"]);
        Assert.Equal(0, samples["fleet_audit_failures_total{}"]);
        Assert.Equal(0, samples["fleet_exec_duration_seconds_count{}"]);
        Assert.Equal(0, samples["fleet_stream_clients{stream=\"ws\"}"]);
        Assert.Equal(0, samples["fleet_store_operation_duration_seconds_count{operation=\"write\",outcome=\"failed\"}"]);
        Assert.DoesNotContain("fleet_watchdog_last_seen_timestamp_seconds{}", samples.Keys);
    }

    [Fact]
    public async Task Reading_and_writing_the_store_and_polling_are_timed()
    {
        await using var server = await ApiServer.StartAsync();

        var samples = Exposition.Read(await ScrapeAsync(server, Text), openMetrics: false).SelectMany(f => f.Samples)
            .ToDictionary(s => $"{s.Name}{{{s.Labels}}}", s => s.Value);

        Assert.True(samples["fleet_store_operation_duration_seconds_count{operation=\"write\",outcome=\"ok\"}"] > 0);
        Assert.Equal(2, samples["fleet_poll_phase_duration_seconds_count{phase=\"connect\"}"]);
        Assert.All(
            (string[])["answer", "parse", "derive", "publish"],
            phase => Assert.True(samples[$"fleet_poll_phase_duration_seconds_count{{phase=\"{phase}\"}}"] >= 2, phase));
    }

    private static async Task<string> ScrapeAsync(ApiServer server, string accept)
    {
        using var response = await server.GetAsync("/metrics", ("Accept", accept));
        return await response.EnsureSuccessStatusCode().Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
    }
}
