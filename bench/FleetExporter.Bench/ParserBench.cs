using BenchmarkDotNet.Attributes;
using FleetExporter.Parsing;

namespace FleetExporter.Bench;

/// <summary>What one section costs to understand.</summary>
[MemoryDiagnoser]
public class ParserBench
{
    private string[] _fields = [];
    private string _rows = "";
    private string _xml = "";

    [GlobalSetup]
    public void Setup()
    {
        var body = SampleFleet.GpuBody.Split('\n', 2);
        _fields = body[0]["fields=".Length..].Split(',');
        _rows = body[1];
        _xml = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Fixtures/nvidia-smi/xml/telegraf-a100-sxm4-v12.q.xml"));
    }

    [Benchmark]
    public object Host() => HostVitals.Parse(SampleFleet.HostBody);

    [Benchmark]
    public object TmuxOfTwelveSessions() => Tmux.Parse(SampleFleet.TmuxBody);

    [Benchmark]
    public object EightGpus() => GpuQuery.Parse(_rows, _fields);

    [Benchmark]
    public object GpuReport() => GpuDetails.Parse(_xml);
}
