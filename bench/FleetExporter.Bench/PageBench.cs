using System.Buffers;
using BenchmarkDotNet.Attributes;
using FleetExporter.Metrics;
using FleetExporter.Polling;
using FleetExporter.Polling.Snapshots;

namespace FleetExporter.Bench;

/// <summary>One <c>/metrics</c> page from the snapshots of the fleet, without gzip and network.</summary>
[MemoryDiagnoser]
public class PageBench
{
    private readonly DroppedSeries _dropped = new(new ExporterMetrics());
    private FleetState _state = new();
    private ArrayBufferWriter<byte> _output = new();

    [Params(1, 100, 1000)]
    public int Hosts { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _state = SampleFleet.Of(Hosts);
        Render();
        var text = System.Text.Encoding.UTF8.GetString(_output.WrittenSpan);
        Console.WriteLine($"// {Hosts} hosts: {text.Split('\n').Count(l => l.Length > 0 && l[0] != '#')} series, {_output.WrittenCount} bytes");
    }

    [Benchmark]
    public int Render()
    {
        _output.ResetWrittenCount();
        using var page = new MetricsPage(_dropped);
        foreach (var host in _state.Hosts)
        {
            HostPage.Write(page, host, SampleFleet.Now);
        }

        page.WriteTo(_output, ExpositionFormat.Text);
        return _output.WrittenCount;
    }
}
