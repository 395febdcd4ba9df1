using System.Text;
using BenchmarkDotNet.Attributes;
using FleetExporter.Collectors;
using FleetExporter.Polling;
using FleetExporter.Polling.Snapshots;
using FleetExporter.Remote;
using FleetExporter.Simulation;

namespace FleetExporter.Bench;

/// <summary>The parts of one poll of a simulated host with 8 GPUs and 12 tmux sessions, without a connection.</summary>
[MemoryDiagnoser]
public class PollBench
{
    private const string Nonce = "0123456789abcdef0123456789abcdef";

    private static readonly DateTimeOffset Time = SampleFleet.Now.Time;

    private readonly List<(HostCollector Collector, Section Section)> _sections = [];
    private readonly HostSnapshotUpdater _host = SampleFleet.Record(new FleetState(), "gpu-server");
    private byte[] _frame = [];
    private SectionResult[] _results = [];

    [GlobalSetup]
    public void Setup()
    {
        var simulated = SimulatedHosts.At(2);
        var frame = new StringBuilder($"\n@{Nonce} frame 1 1.00\n");
        foreach (var name in new[] { "host", "tmux", "gpu", "gpu_processes" })
        {
            var collector = CollectorCatalog.Find(name)!;
            var body = collector.Simulate(simulated, Time)!;
            _sections.Add((collector, new Section(name, 0, 1000, TimeSpan.FromMilliseconds(5), Time, body)));
            frame.Append($"\n@{Nonce} {name} 0 1.00 1.00 {Encoding.UTF8.GetByteCount(body)}\n{body}\n@{Nonce} .\n");
        }

        _frame = Encoding.UTF8.GetBytes(frame.Append($"\n@{Nonce} end 1\n").ToString());
        _results = [.. _sections.Select(s => new SectionResult(s.Collector, s.Section, SampleFleet.Now, s.Collector.Parse(s.Section)))];
        Console.WriteLine($"// {_frame.Length} bytes");
    }

    [Benchmark]
    public int ReadFrame()
    {
        var reader = new FrameReader(Nonce);
        reader.Push(_frame);
        var items = 0;
        while (reader.TryRead() is not null)
        {
            items++;
        }

        return items;
    }

    [Benchmark]
    public object Host() => Parse(0);

    [Benchmark]
    public object Tmux() => Parse(1);

    [Benchmark]
    public object Gpus() => Parse(2);

    [Benchmark]
    public object GpuProcesses() => Parse(3);

    [Benchmark]
    public void DeriveAndPublish() => _host.Apply(_results, (_, bug) => throw bug);

    private object Parse(int section) => _sections[section].Collector.Parse(_sections[section].Section);
}
