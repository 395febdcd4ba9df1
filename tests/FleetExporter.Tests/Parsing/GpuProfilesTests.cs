using FleetExporter.Collectors;
using FleetExporter.Parsing;
using FleetExporter.Remote;
using FleetExporter.Tests.Polling;

namespace FleetExporter.Tests.Parsing;

/// <summary>Profiling values, from captures of an H100.</summary>
public sealed class GpuProfilesTests
{
    private const double Mebi = 1024 * 1024;

    [Fact]
    public void The_last_sample_of_the_table_counts()
    {
        var gpu = Assert.Single(GpuProfiles.Parse(Captures.Read("dmon/load.dmon-gpm.txt")));

        Assert.Equal(
            new GpuProfile
            {
                Index = 0,
                SmActive = 0.81,
                SmOccupancy = 0.12,
                TensorActive = 0.79,
                DramActive = 0.23,
                Fp64Active = 0,
                Fp32Active = 0,
                Fp16Active = 0,
                PcieTransmit = 455 * Mebi,
                PcieReceive = 7540 * Mebi,
                NvlinkTransmit = 0,
                NvlinkReceive = 0,
            },
            gpu);
    }

    [Theory]
    [InlineData("load.dmon-gpm.csv", 0.81)]
    [InlineData("idle.dmon-gpm.csv", 0.0)]
    [InlineData("idle.dmon-gpm.txt", 0.0)]
    public void Columns_that_were_not_asked_for_are_absent(string file, double active)
    {
        var gpu = Assert.Single(GpuProfiles.Parse(Captures.Read("dmon/" + file)));

        Assert.Equal(active, gpu.SmActive);
        Assert.Equal(file.EndsWith("csv", StringComparison.Ordinal), gpu.NvlinkTransmit is null);
    }

    [Theory]
    [InlineData("#gpu, pwr, smutil\n 0, 72, -\n 1, 73, -\n", CollectorFailure.Driver)]
    [InlineData("#gpu, pwr\n 0, 72\n", CollectorFailure.Driver)]
    [InlineData("Option \"--gpm-metrics\" is not recognized.\n", CollectorFailure.Driver)]
    [InlineData("0, 72, 5\n", CollectorFailure.Parse)]
    public void Without_values_the_reason_is_told(string output, CollectorFailure reason)
    {
        var collector = new GpuProfileCollector();
        var failure = Assert.Throws<ToolFailureException>(() => collector.Parse(new Section("gpu_profile", 0, 1, default, default, output)));

        Assert.Equal(reason, failure.Reason);
    }

    [Fact]
    public async Task They_are_off_by_default_and_off_where_no_GPU_has_them()
    {
        const string Yml = "hosts: [{ name: a, address: a.lan }, { name: b, address: b.lan, gpu_profiling: true }, "
            + "{ name: old, address: c.lan, gpu_profiling: true }]";
        await using var fleet = await ReplayFleet.StartAsync(Yml, w =>
        {
            w.Shell("b").Answer("gpu_profile", Captures.Read("dmon/load.dmon-gpm.csv"));
            w.Shell("old").Answer("gpu_profile", "#gpu, pwr, smutil\n 0, 72, -\n");
        });

        Assert.Equal(
            ["fleet_gpu_profile_sm_active_ratio{host=\"b\",gpu=\"0\",uuid=\"GPU-00000000-0000-0000-0000-000000000000\"} 0.81"],
            fleet.Series("fleet_gpu_profile_sm_active_ratio{"));
        Assert.Equal("gpu_profiling is false in the configuration", fleet.Host().Outcomes["gpu_profile"].OffBecause);
        Assert.Equal(
            "driver: no GPU reports profiling values, which Hopper and later have", fleet.Host("old").Outcomes["gpu_profile"].OffBecause);
        Assert.Empty(fleet.Series("fleet_gpu_profile_nvlink"));
    }
}
