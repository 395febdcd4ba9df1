using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using FleetExporter.Metrics;
using FleetExporter.Polling;
using FleetExporter.Polling.Snapshots;

namespace FleetExporter.Bench;

/// <summary>
/// Scrapes while the values of all hosts change. Each round sets four values of a host to the same number, so a page on which they differ mixes two
/// readings.
/// </summary>
internal static partial class TearingBench
{
    private const int Hosts = 1000;
    private const int Scrapes = 100;

    private static readonly string[] Values = ["MemTotal", "MemAvailable", "SwapTotal", "SwapFree"];

    public static async Task RunAsync()
    {
        Console.WriteLine($"| Published by | Scrapes | Torn pages | Torn hosts, of {Hosts} on a page, mean |");
        Console.WriteLine("| --- | ---: | ---: | ---: |");
        await MeasureAsync("a page from snapshots", OfSnapshots()).ConfigureAwait(false);
        await MeasureAsync("a registry of prometheus-net", OfRegistry()).ConfigureAwait(false);
    }

    private static (Action<int, int> Update, Func<Task<string>> Scrape) OfSnapshots()
    {
        var state = new FleetState();
        var records = Enumerable.Range(0, Hosts).Select(i => SampleFleet.Record(state, $"host-{i}")).ToList();
        var dropped = new DroppedSeries(new ExporterMetrics());
        var output = new ArrayBufferWriter<byte>();
        return (
            (host, round) => SampleFleet.Answer(
                records[host], "host", $"cpu  1 0 1 1 0 0 0 0 0 0\n{string.Concat(Values.Select(v => $"{v}:{round}\n"))}"),
            () =>
            {
                output.ResetWrittenCount();
                using var page = new MetricsPage(dropped);
                foreach (var host in state.Hosts)
                {
                    HostPage.Write(page, host, SampleFleet.Now);
                }

                page.WriteTo(output, FleetExporter.Metrics.ExpositionFormat.Text);
                return Task.FromResult(Encoding.UTF8.GetString(output.WrittenSpan));
            }
        );
    }

    private static (Action<int, int> Update, Func<Task<string>> Scrape) OfRegistry()
    {
        var registry = Prometheus.Metrics.NewCustomRegistry();
        var factory = Prometheus.Metrics.WithCustomRegistry(registry);
        string[] names =
            ["fleet_host_memory_total_bytes", "fleet_host_memory_available_bytes", "fleet_host_swap_total_bytes", "fleet_host_swap_free_bytes"];
        var gauges = names.Select(name => factory.CreateGauge(name, "Help.", ["host"])).ToList();
        return (
            (host, round) => gauges.ForEach(g => g.WithLabels($"host-{host}").Set(round)),
            async () =>
            {
                using var export = new MemoryStream();
                await registry.CollectAndExportAsTextAsync(export).ConfigureAwait(false);
                return Encoding.UTF8.GetString(export.ToArray());
            }
        );
    }

    private static async Task MeasureAsync(string name, (Action<int, int> Update, Func<Task<string>> Scrape) published)
    {
        using var stop = new CancellationTokenSource();
        var round = 0;
        Round();
        var writer = Task.Run(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                Round();
            }
        });
        var pages = new List<string>();
        for (var i = 0; i < Scrapes; i++)
        {
            pages.Add(await published.Scrape().ConfigureAwait(false));
        }

        await stop.CancelAsync().ConfigureAwait(false);
        await writer.ConfigureAwait(false);
        var torn = pages.Select(TornHosts).ToList();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {name} | {Scrapes} | {torn.Count(t => t > 0)} | {torn.Average():0.0} |"));

        void Round()
        {
            round++;
            for (var host = 0; host < Hosts; host++)
            {
                published.Update(host, round);
            }
        }
    }

    private static int TornHosts(string page)
    {
        var hosts = Sample().Matches(page).GroupBy(m => m.Groups[1].Value, m => m.Groups[2].Value).ToList();
        return hosts.Count == Hosts && hosts.All(h => h.Count() == Values.Length)
            ? hosts.Count(h => h.Distinct().Count() > 1)
            : throw new InvalidOperationException("a page lacks values");
    }

    [GeneratedRegex("^fleet_host_(?:memory|swap)_(?:total|available|free)_bytes\\{host=\"([^\"]+)\"\\} (\\S+)$", RegexOptions.Multiline)]
    private static partial Regex Sample();
}
