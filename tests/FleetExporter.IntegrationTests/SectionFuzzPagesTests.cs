using FleetExporter.IntegrationTests.Parts;
using FleetExporter.Metrics;
using FleetExporter.Polling;
using FleetExporter.Polling.Snapshots;
using FleetExporter.Tests;
using FleetExporter.Tests.Fuzz;

namespace FleetExporter.IntegrationTests;

/// <summary>Prometheus' own reader takes what the exporter publishes of hosts that send anything at all.</summary>
public sealed class SectionFuzzPagesTests
{
    private const int FirstSeed = 20261202;
    private const int Batches = 3;
    private const int Hosts = 200;

    [Fact]
    public async Task Pages_of_fuzzed_hosts_pass_promtool()
    {
        for (var batch = 0; batch < Batches; batch++)
        {
            var (state, clock) = (new FleetState(), new FakeClock());
            for (var number = 0; number < Hosts; number++)
            {
                var host = new FuzzedHost(FirstSeed + (batch * Hosts) + number, FuzzedHost.Config($"h{number}"), state, clock);
                await host.PollAsync();
                await host.PollAsync();
            }

            using var page = new MetricsPage(new DroppedSeries(new ExporterMetrics()));
            foreach (var host in state.Hosts)
            {
                HostPage.Write(page, host, clock.Now());
            }

            Assert.Equal("", await Promtool.CheckMetricsAsync(page.ToString()));
        }
    }
}
