using FleetExporter.Collectors;
using FleetExporter.Config;
using FleetExporter.Parsing;
using FleetExporter.Remote;
using FleetExporter.Simulation;

namespace FleetExporter.Tests.Simulation;

public class SimulatedHostsTests
{
    private static readonly DateTimeOffset Noon = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);

    public static TheoryData<int> Reachable => [.. Enumerable.Range(0, 10).Where(n => SimulatedHosts.At(n).Reachable)];

    [Theory]
    [MemberData(nameof(Reachable))]
    public void Every_answer_is_parsed_by_its_collector(int n)
    {
        var machine = SimulatedHosts.At(n);
        var system = SystemIdentity.Parse(machine.Answer("system", Noon).Body);
        var host = new HostConfig { Name = "x", Ssh = new SshConfig { KnownHosts = "/dev/null" } };

        foreach (var collector in CollectorCatalog.All.Where(c => c.OffBecause(host, system) is null))
        {
            var (status, body) = machine.Answer(collector.Name, Noon);
            var reading = collector.Parse(new Section(collector.Name, status, 100, TimeSpan.Zero, Noon, body));

            Assert.Equal(0, status);
            Assert.Null(reading.Failure);
        }
    }

    [Fact]
    public void A_mixed_fleet_has_every_kind_once_in_ten()
    {
        var machines = Enumerable.Range(0, 10).Select(SimulatedHosts.At).ToList();

        Assert.Single(machines, m => !m.Reachable);
        Assert.Equal(
            ["dgx-spark", "gpu-server", "offline", "pve", "raspberry-pi", "rtx-3090"],
            machines.Select(m => m.Kind).Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Values_change_and_counters_only_grow()
    {
        var machine = SimulatedHosts.At(2);
        var readings = Enumerable.Range(0, 200).Select(i => HostVitals.Parse(machine.Answer("host", Noon.AddSeconds(10 * i)).Body)).ToList();
        var ratios = readings.Zip(readings.Skip(1), (a, b) => CpuTimes.BusyRatio(a.Cpu, b.Cpu)).ToList();

        Assert.All(ratios, r => Assert.InRange(r!.Value, 0, 1));
        Assert.True(ratios.Distinct().Count() > 100);
        Assert.True(readings.Select(r => r.Memory.Available).Distinct().Count() > 100);
    }

    [Theory]
    [InlineData("gpu-server", true, true, 5)]
    [InlineData("rtx-3090", false, true, 4)]
    [InlineData("dgx-spark", false, false, 1)]
    public void A_simulated_GPU_reports_what_its_model_does(string kind, bool isServer, bool hasMemory, int generation)
    {
        var machine = Enumerable.Range(0, 10).Select(SimulatedHosts.At).First(m => m.Kind == kind);
        var gpus = ((GpuAnswer)new GpuCollector().Parse(Section(machine, "gpu"))).Gpus.Where(g => g.Fault is null).ToList();
        var details = GpuDetails.Parse(machine.Answer("gpu_details", Noon).Body).Gpus;

        Assert.NotEmpty(gpus);
        Assert.All(gpus, gpu =>
        {
            Assert.Equal(isServer, gpu.MemoryTemperatureCelsius is > 30 and < 80);
            Assert.Equal(isServer, gpu is { EccCorrected: not null, FabricState: "Completed", Engines.Jpeg: not null });
            Assert.Equal(hasMemory, gpu is { MemoryReservedBytes: > 0, MemoryUtilization: not null, PowerEnforcedLimitWatts: > 0 });
            Assert.Equal(generation, gpu.Pcie.MaxGeneration);
        });
        Assert.All(details, detail =>
        {
            Assert.Equal(isServer, detail.RemappedRows.Correctable is not null);
            Assert.Equal(hasMemory, detail is { Bar1UsedBytes: > 0, PcieReplays: 0 });
        });
    }

    [Fact]
    public void Names_of_a_simulated_fleet_are_unique_and_marked()
    {
        var config = SimulatedFleet.With(
            new FleetConfig { DataDir = "/tmp", Ssh = new SshDefaults { Host = new SshConfig { KnownHosts = "/dev/null" } } }, 57);

        Assert.Equal(57, config.Hosts.Select(h => h.Name).Distinct().Count());
        Assert.All(config.Hosts, h => Assert.NotNull(h.Simulated));
    }

    [Theory]
    [InlineData("gpu-server", 8)]
    [InlineData("rtx-3090", 1)]
    [InlineData("raspberry-pi", 0)]
    public void A_fleet_of_one_kind_has_only_hosts_of_it(string kind, int gpus)
    {
        var config = SimulatedFleet.With(
            new FleetConfig { DataDir = "/tmp", Ssh = new SshDefaults { Host = new SshConfig { KnownHosts = "/dev/null" } } }, 12, kind);

        Assert.Equal(Enumerable.Range(1, 12).Select(n => $"{kind}-{n}"), config.Hosts.Select(h => h.Name));
        Assert.All(config.Hosts, h => Assert.Equal(gpus, SimulatedHosts.At(h.Simulated!.Value).GpuCount));
    }

    private static Section Section(SimulatedHost machine, string name) =>
        new(name, 0, 100, TimeSpan.Zero, Noon, machine.Answer(name, Noon).Body);
}
