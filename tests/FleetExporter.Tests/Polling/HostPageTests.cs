using FleetExporter.Collectors;
using FleetExporter.Metrics;
using FleetExporter.Polling;

namespace FleetExporter.Tests.Polling;

public class HostPageTests
{
    [Fact]
    public async Task A_reading_that_cannot_be_written_fails_alone()
    {
        await using var fleet = await ReplayFleet.StartAsync();
        await fleet.UntilAsync(() => fleet.Host().Outcomes.Contains("tmux"), TimeSpan.FromSeconds(5));
        var now = fleet.Clock.Now();
        var host = fleet.Host();
        var broken = host with { Outcomes = host.Outcomes.With(host.Outcomes["tmux"] with { Reading = new Broken() }) };
        using var page = new MetricsPage(new DroppedSeries(new ExporterMetrics()));
        var bugs = new List<string>();

        HostPage.Write(page, broken, now, (reading, error) => bugs.Add($"{reading}: {error.Message}"));

        Assert.Equal(["tmux of a: no such thing"], bugs);
        Assert.Contains("fleet_collector_success{host=\"a\",collector=\"tmux\",target=\"\"} 0\n", page.ToString(), StringComparison.Ordinal);
        Assert.Contains("fleet_collector_success{host=\"a\",collector=\"host\",target=\"\"} 1\n", page.ToString(), StringComparison.Ordinal);
        Assert.Contains("fleet_host_memory_total_bytes{host=\"a\"}", page.ToString(), StringComparison.Ordinal);
    }

    private sealed record Broken : Reading
    {
        public override void WriteTo(MetricsPage page, Labels target) => throw new InvalidOperationException("no such thing");
    }
}
