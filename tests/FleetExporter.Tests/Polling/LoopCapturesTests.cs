using FleetExporter.Collectors;
using FleetExporter.Parsing;
using FleetExporter.Polling;
using FleetExporter.Remote;

namespace FleetExporter.Tests.Polling;

/// <summary>Loops of a real nvidia-smi, one sample per second, parsed by the collectors.</summary>
public sealed class LoopCapturesTests
{
    private const double MiB = 1024 * 1024;

    [Theory]
    [InlineData("idle", 0, 43, 44)]
    [InlineData("load", 1395, 51, 60)]
    public void Every_sample_of_the_values_completes_the_call(string state, double usedMib, double coolest, double hottest)
    {
        var collector = new GpuCollector();
        var (fields, rows) = Captures.Query($"h100-live/{state}");
        var call = (GpuAnswer)collector.Parse(Section($"fields={string.Join(',', fields)}\n{rows}"));
        var query = collector.LoopQuery(call, TimeSpan.FromSeconds(1))!;
        var head = string.Join(',', Captures.Header(Captures.Read($"h100-live/{state}.query-gpu.csv")));

        var samples = Samples($"h100-live/{state}.query-gpu.loop.csv", query.Rows)
            .Select(sample => (GpuAnswer)query.Complete(collector.Parse(Section($"fields={head}\n{sample}")))!).ToList();

        Assert.Equal(8, samples.Count);
        Assert.All(samples, sample =>
        {
            var gpu = Assert.Single(sample.Gpus);
            Assert.InRange(gpu.MemoryTemperatureCelsius!.Value, coolest, hottest);
            Assert.True(gpu is
            {
                Name: "NVIDIA H100 80GB HBM3", PowerEnforcedLimitWatts: 700, MemoryReservedBytes: 480 * MiB, EccCorrected: 0, FabricState: null,
                Pcie: { Generation: 5, MaxGeneration: 5, Width: 16, MaxWidth: 16 }, Engines: { Encoder: 0, Decoder: 0, Jpeg: 0, Ofa: 0 },
            });
            Assert.Equal(usedMib * MiB, gpu.MemoryUsedBytes);
        });
    }

    [Fact]
    public void The_maxima_of_the_link_are_asked_once()
    {
        var collector = new GpuCollector();
        var (fields, rows) = Captures.Query("h100-live/load");
        var call = (GpuAnswer)collector.Parse(Section($"fields={string.Join(',', fields)}\n{rows}"));
        var query = collector.LoopQuery(call, TimeSpan.FromSeconds(1))!;
        var changing = GpuFields.Changing(fields);

        var sample = (GpuAnswer)query.Complete(collector.Parse(Section(query.Head + Captures.Query("h100-live/load", changing))))!;

        Assert.Contains("pcie.link.width.current,", query.Command, StringComparison.Ordinal);
        Assert.DoesNotContain("pcie.link.gen.max", query.Command, StringComparison.Ordinal);
        Assert.DoesNotContain("pcie.link.width.max", query.Command, StringComparison.Ordinal);
        Assert.Equal(call.Gpus[0].Pcie, sample.Gpus[0].Pcie);
        Assert.Equal((5, 16), (sample.Gpus[0].Pcie.MaxGeneration, sample.Gpus[0].Pcie.MaxWidth));
    }

    [Fact]
    public void Every_sample_of_the_processes_has_the_process()
    {
        var collector = new GpuProcessesCollector();

        var samples = Samples("h100-live/load.query-compute-apps.loop.csv", 1).ToList();

        Assert.Equal(8, samples.Count);
        Assert.All(samples, sample =>
        {
            var process = Assert.Single(((GpuProcessesAnswer)collector.Parse(Section(sample))).Processes);
            Assert.Equal((1144, "python3", 1386 * MiB), (process.Pid, process.Name, process.MemoryBytes));
        });
    }

    private static IEnumerable<string> Samples(string file, int rows)
    {
        var samples = new LoopSamples(TimeSpan.FromSeconds(1), rows);
        foreach (var line in SmiText.Lines(Captures.Read(file)))
        {
            samples.Add(line, TimeSpan.Zero);
            if (samples.Take() is { } sample)
            {
                yield return sample;
            }
        }
    }

    private static Section Section(string body) => new("gpu", 0, 1000, null, DateTimeOffset.UnixEpoch, body);
}
