using FleetExporter.Collectors;
using FleetExporter.Config;
using FleetExporter.Parsing;
using FleetExporter.Polling.Derivation;
using FleetExporter.Polling.Snapshots;

namespace FleetExporter.Tests.Polling.Derivation;

public sealed class GpuHistoryTests
{
    private static readonly PollTiming Timing = new(TimeSpan.FromSeconds(10), 3);

    private HostHistory _history = HostHistory.Empty;

    [Fact]
    public void Energy_is_power_times_the_time_since_the_previous_reading()
    {
        Assert.Equal([0.0], Energy(100, Gpu("a", 200)));
        Assert.Equal([2000.0], Energy(110, Gpu("a", 200)));
        Assert.Equal([3000.0], Energy(120, Gpu("a", 100)));
    }

    [Fact]
    public void Gaps_in_readings_add_no_energy_and_energy_never_decreases()
    {
        Energy(100, Gpu("a", 200));
        Assert.Equal([6000.0], Energy(130, Gpu("a", 200)));
        Assert.Equal([6000.0], Energy(160.1, Gpu("a", 200)));
        Assert.Equal([6000.0], Energy(5, Gpu("a", 200)));
        Assert.Equal([8000.0], Energy(15, Gpu("a", 200)));
    }

    [Fact]
    public void A_gpu_without_power_or_uuid_has_no_energy_and_a_returning_one_continues()
    {
        Energy(100, Gpu("a", 100), Gpu("b", 100));
        Assert.Equal([1000.0, 1000.0], Energy(110, Gpu("a", 100), Gpu("b", 100)));
        Assert.Equal([null, null], Energy(120, Gpu("a", null), Gpu(null, 100)));
        Assert.Equal([2000.0, 2000.0], Energy(130, Gpu("a", 100), Gpu("b", 100)));
    }

    [Fact]
    public void A_gpu_that_is_no_longer_listed_counts_as_lost_until_it_returns()
    {
        Assert.Equal(0, Apply(100, Gpu("a", 1), Gpu("b", 1)).LostCount);
        Assert.Equal(1, Apply(110, Gpu("a", 1)).LostCount);
        Assert.Equal(2, Apply(120).LostCount);
        Assert.Equal(0, Apply(130, Gpu("a", 1), Gpu("b", 1)).LostCount);
    }

    [Fact]
    public void A_gpu_listed_as_lost_or_reported_in_a_sentence_counts_once()
    {
        Apply(100, Gpu("a", 1), Gpu("b", 1));

        Assert.Equal(1, Apply(110, Gpu("a", 1), new Gpu { Index = 1, Fault = GpuFault.Lost }).LostCount);
        var reported = Apply(new GpuAnswer([Gpu("a", 1)], 1, 120));
        Assert.Equal(1, reported.LostCount);
    }

    private static Gpu Gpu(string? uuid, double? watts) => new() { Uuid = uuid, PowerDrawWatts = watts };

    private GpuReading Apply(double uptime, params Gpu[] gpus) => Apply(new GpuAnswer(gpus, 0, uptime));

    private GpuReading Apply(GpuAnswer answer)
    {
        _history = GpuHistory.Remember(_history, answer, Timing);
        var snapshot = HostSnapshot.Initial(new HostConfig { Name = "a", Ssh = new SshConfig { KnownHosts = "/dev/null" } }, Timing, default);
        return GpuHistory.Derive(answer, new FreshAnswers(snapshot with { History = _history }, default));
    }

    private IEnumerable<double?> Energy(double uptime, params Gpu[] gpus) => Apply(uptime, gpus).Gpus.Select(g => g.EnergyJoules);
}
