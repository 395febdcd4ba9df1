using System.Globalization;
using FleetExporter.History;
using FleetExporter.Hosting;
using FleetExporter.Metrics;
using FleetExporter.Polling.Snapshots;
using Microsoft.Extensions.Logging.Abstractions;

namespace FleetExporter.Bench;

/// <summary>The history in memory: CPU time and allocations of taking the values of a fleet, and the memory of a full day.</summary>
internal static class RecentBench
{
    private const int Day = 24 * 60 * 6;
    private const int Measured = 2000;

    public static void Run()
    {
        Console.WriteLine("| Hosts | GPUs of a host | CPU per taking (ms) | Allocated per taking (KB) | Memory after a day (MB) |");
        Console.WriteLine("| ---: | ---: | ---: | ---: | ---: |");
        foreach (var (hosts, gpus) in ((int, int)[])[(1, 1), (1000, 1), (200, 8), (1000, 8)])
        {
            Measure(hosts, gpus);
        }
    }

    private static void Measure(int hosts, int gpus)
    {
        var state = Fleet(hosts, gpus);
        var clock = new SteppedClock();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        using var recent = new RecentValues(
            state, new LoopDependencies(new LoopMetrics(new ExporterMetrics()), clock, NullLogger<HostedLoop>.Instance));
        Take(Day);
        var (allocated, start) = (GC.GetAllocatedBytesForCurrentThread(), Environment.CpuUsage.TotalTime);
        Take(Measured);
        var cpu = (Environment.CpuUsage.TotalTime - start).TotalMilliseconds / Measured;
        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        var memory = GC.GetTotalMemory(forceFullCollection: true) - before;
        GC.KeepAlive(recent);
        GC.KeepAlive(state);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"| {hosts} | {gpus} | {cpu:0.000} | {allocated / 1e3 / Measured:0.0} | {memory / 1e6:0.00} |"));

        void Take(int times)
        {
            for (var i = 0; i < times; i++)
            {
                clock.Step();
                recent.Take();
            }
        }
    }

    private static FleetState Fleet(int hosts, int gpus)
    {
        var state = new FleetState();
        for (var i = 0; i < hosts; i++)
        {
            var record = SampleFleet.Record(state, $"host-{i:0000}", TimeSpan.FromDays(100));
            SampleFleet.Answer(record, "host", SampleFleet.HostBody);
            SampleFleet.Answer(record, "host", SampleFleet.HostBody.Replace("cpu  3357", "cpu  33570", StringComparison.Ordinal));
            SampleFleet.Answer(record, "gpu", SampleFleet.GpuBodyOf(gpus));
        }

        return state;
    }

    /// <summary>Both clocks move by ten seconds a step.</summary>
    private sealed class SteppedClock : TimeProvider
    {
        private TimeSpan _passed;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public void Step() => _passed += RecentValues.Step;

        public override DateTimeOffset GetUtcNow() => SampleFleet.Now.Time + _passed;

        public override long GetTimestamp() => _passed.Ticks;
    }
}
