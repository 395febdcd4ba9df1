using FleetExporter.Collectors;
using FleetExporter.Config;
using FleetExporter.History;
using FleetExporter.Parsing;
using FleetExporter.Polling.Snapshots;
using FleetExporter.Targets.Services;
using FleetExporter.Tests.Hosting;

namespace FleetExporter.Tests.History;

/// <summary>Hosts and targets with given values, and what memory keeps of them.</summary>
internal sealed class RecentFleet : IDisposable
{
    public RecentFleet(int maxSeries = RecentValues.MaxSeries)
    {
        Recent = new RecentValues(State, TestLoopDependencies.Clock(Clock)) { Limit = new RecentLimit(maxSeries) };
    }

    public FakeClock Clock { get; } = new();

    public FleetState State { get; } = new();

    public RecentValues Recent { get; }

    /// <summary>A host with this CPU utilisation and these GPUs, read now.</summary>
    public void Set(string name, double cpu, params IEnumerable<Gpu> gpus)
    {
        var now = Clock.Now();
        var host = new HostConfig { Name = name, Ssh = new SshConfig { KnownHosts = "/dev/null" } };
        var vitals = new HostVitals
        {
            Cpu = new CpuTimes(0, 0, 0, 0, 0, 0, 0, 0),
            Memory = new HostMemory { Total = 1000, Available = 250 },
        };
        State.Set(HostSnapshot.Initial(host, new PollTiming(TimeSpan.FromSeconds(10), 3), now) with
        {
            Connection = new ConnectionState(true, null, null, now),
            LastSeen = now,
            Outcomes = CollectorOutcomes.Empty
                .With(new CollectorOutcome { Collector = "host", At = now, ReadingAt = now, Reading = new VitalsReading(vitals, cpu / 100) })
                .With(new CollectorOutcome { Collector = "gpu", At = now, ReadingAt = now, Reading = new GpuReading([.. gpus], 0, null) }),
        });
    }

    public void SetService(string name, TimeSpan? duration)
    {
        var target = new ServiceConfig { Name = name, Url = new Uri("http://127.0.0.1:1/") };
        var snapshot = new TargetSnapshot(target, new ServiceCollector(), new PollTiming(TimeSpan.FromSeconds(10), 3));
        State.Set(duration is { } time
            ? snapshot with { At = Clock.Now(), Duration = time }
            : snapshot.Failed(TargetFailure.Refused, "refused", Clock.Now(), TimeSpan.Zero));
    }

    public static Gpu Gpu(int index, double utilization, string? uuid = null) => new()
    {
        Index = index,
        Uuid = uuid ?? $"GPU-{index}",
        Utilization = utilization / 100,
        MemoryUsedBytes = 1024 * 1024 * 512.0,
        TemperatureCelsius = 40 + index,
        PowerDrawWatts = 300,
    };

    /// <summary>Takes the values every ten seconds.</summary>
    /// <param name="before">Called before each taking with its number from 0.</param>
    public void Pass(TimeSpan time, Action<int> before)
    {
        for (var i = 0; i < time / RecentValues.Step; i++)
        {
            Clock.Advance(RecentValues.Step);
            before(i);
            Recent.Take();
        }
    }

    /// <summary>The history of the last time.</summary>
    public RecentHistory Of(string subject, RecentValue value, TimeSpan time)
    {
        Assert.True(HistorySubject.TryParse(subject, out var parsed));
        var now = Clock.GetUtcNow();
        return RecentHistory.Of(Recent, parsed, value, now - time, now, TimeSpan.FromSeconds(15));
    }

    public void Dispose() => Recent.Dispose();
}
