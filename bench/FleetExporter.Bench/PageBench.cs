using System.IO.Pipelines;
using BenchmarkDotNet.Attributes;
using FleetExporter.Metrics;
using FleetExporter.Polling;
using FleetExporter.Polling.Snapshots;

namespace FleetExporter.Bench;

/// <summary>One <c>/metrics</c> page of the fleet, without gzip and network.</summary>
[MemoryDiagnoser]
public class PageBench : IDisposable
{
    private readonly DroppedSeries _dropped = new(new ExporterMetrics());
    private readonly PipeWriter _output = PipeWriter.Create(Stream.Null);
    private FleetState _state = new();
    private RenderedHosts _unchanged = null!;

    [Params(1, 100, 1000)]
    public int Hosts { get; set; }

    [GlobalCleanup]
    public void Cleanup() => Dispose();

    [GlobalSetup]
    public async Task Setup()
    {
        _state = SampleFleet.Of(Hosts);
        _unchanged = new RenderedHosts(_dropped);
        using var page = new MemoryStream();
        var output = PipeWriter.Create(page);
        await RenderedSamples.WriteAsync(output, Rendered(_unchanged), ExpositionFormat.Text, CancellationToken.None);
        await output.FlushAsync();
        var text = System.Text.Encoding.UTF8.GetString(page.ToArray());
        Console.WriteLine($"// {Hosts} hosts: {text.Split('\n').Count(l => l.Length > 0 && l[0] != '#')} series, {page.Length} bytes");
    }

    /// <summary>Every host has changed since the last scrape.</summary>
    [Benchmark]
    public async Task AllChanged()
    {
        using var hosts = new RenderedHosts(_dropped);
        await WriteAsync(hosts);
    }

    /// <summary>No host has.</summary>
    [Benchmark]
    public Task NoneChanged() => WriteAsync(_unchanged);

    public void Dispose()
    {
        _unchanged?.Dispose();
        GC.SuppressFinalize(this);
    }

    private async Task WriteAsync(RenderedHosts hosts)
    {
        await RenderedSamples.WriteAsync(_output, Rendered(hosts), ExpositionFormat.Text, CancellationToken.None);
        await _output.FlushAsync();
    }

    private List<RenderedSamples> Rendered(RenderedHosts hosts) =>
        [.. _state.Hosts.Select(h => hosts.Of(h, SampleFleet.Now, (_, error) => throw error))];
}
