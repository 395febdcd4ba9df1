using System.Buffers;
using System.Text;
using System.Text.RegularExpressions;
using BenchmarkDotNet.Attributes;
using FleetExporter.Metrics;
using FleetExporter.Polling;
using FleetExporter.Polling.Snapshots;
using Prometheus;

namespace FleetExporter.Bench;

/// <summary>The same 200,000 series of a fleet, written from snapshots and kept in a registry of prometheus-net.</summary>
[MemoryDiagnoser]
public partial class RegistryBench : IDisposable
{
    private const int Wanted = 200_000;

    private readonly DroppedSeries _dropped = new(new ExporterMetrics());
    private readonly ArrayBufferWriter<byte> _output = new();
    private readonly MemoryStream _export = new();
    private readonly CollectorRegistry _registry = Prometheus.Metrics.NewCustomRegistry();
    private FleetState _state = new();
    private (Gauge Gauge, string[] Labels, double Value)[] _series = [];

    [GlobalSetup]
    public void Setup()
    {
        _state = SampleFleet.Of(1);
        _state = SampleFleet.Of((Wanted / Samples().Count()) + 1);
        var factory = Prometheus.Metrics.WithCustomRegistry(_registry);
        _series = [.. Samples().Take(Wanted).Select(line =>
        {
            var sample = Sample().Match(line);
            var labels = Label().Matches(sample.Groups[2].Value);
            return (
                factory.CreateGauge(sample.Groups[1].Value, "Help.", [.. labels.Select(l => l.Groups[1].Value)]),
                labels.Select(l => l.Groups[2].Value).ToArray(),
                double.Parse(sample.Groups[3].Value, System.Globalization.CultureInfo.InvariantCulture));
        })];
        Update();
        Console.WriteLine($"// {_series.Length} series, {_series.Select(s => s.Gauge).Distinct().Count()} families");
    }

    /// <summary>A scrape: builds the page from the snapshots and writes it.</summary>
    [Benchmark]
    public int PageFromSnapshots()
    {
        _output.ResetWrittenCount();
        using var page = new MetricsPage(_dropped);
        foreach (var host in _state.Hosts)
        {
            HostPage.Write(page, host, SampleFleet.Now);
        }

        page.WriteTo(_output, FleetExporter.Metrics.ExpositionFormat.Text);
        return _output.WrittenCount;
    }

    /// <summary>A scrape: exports the registry.</summary>
    [Benchmark]
    public async Task<long> RegistryExport()
    {
        _export.SetLength(0);
        await _registry.CollectAndExportAsTextAsync(_export).ConfigureAwait(false);
        return _export.Length;
    }

    /// <summary>A poll of every host: looks each series up by its labels and sets it.</summary>
    [Benchmark]
    public void RegistryUpdate()
    {
        Update();
    }

    /// <summary>One series in a hundred vanishes and comes back: the service has to know which, and to remove each by its labels.</summary>
    [Benchmark]
    public void RegistryRemoveOnePercent()
    {
        for (var i = 0; i < _series.Length; i += 100)
        {
            var (gauge, labels, value) = _series[i];
            gauge.RemoveLabelled(labels);
            gauge.WithLabels(labels).Set(value);
        }
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _export.Dispose();
        GC.SuppressFinalize(this);
    }

    private void Update()
    {
        foreach (var (gauge, labels, value) in _series)
        {
            gauge.WithLabels(labels).Set(value);
        }
    }

    private IEnumerable<string> Samples()
    {
        PageFromSnapshots();
        return Encoding.UTF8.GetString(_output.WrittenSpan).Split('\n').Where(l => l.Length > 0 && l[0] != '#');
    }

    [GeneratedRegex(@"^([a-z0-9_]+)(?:\{(.*)\})? (\S+)$")]
    private static partial Regex Sample();

    [GeneratedRegex("([a-z_]+)=\"((?:[^\"\\\\]|\\\\.)*)\"")]
    private static partial Regex Label();
}
