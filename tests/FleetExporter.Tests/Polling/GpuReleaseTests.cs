using FleetExporter.Parsing;
using FleetExporter.Polling.Snapshots;
using FleetExporter.Remote;
using static FleetExporter.Tests.Polling.LoopHost;

namespace FleetExporter.Tests.Polling;

/// <summary>GPUs that are released for a while.</summary>
public sealed class GpuReleaseTests
{
    [Fact]
    public async Task Released_GPUs_have_no_stream_and_no_loop_and_are_not_lost()
    {
        await using var fleet = await StartAsync();
        _ = fleet.Fleet.ReleaseGpus("a", fleet.Clock.Now() + TimeSpan.FromMinutes(5));
        await fleet.SettleAsync();

        Assert.Empty(fleet.Shell().Loops("nvidia-smi"));
        Assert.StartsWith("the GPUs are released until ", fleet.Host().Outcomes["gpu"].OffBecause, StringComparison.Ordinal);
        Assert.Empty(fleet.Series("fleet_host_gpus_lost"));
        Assert.True(fleet.Host().HasGpus());
        Assert.Equal(HostStatus.Online, fleet.Host().Status(fleet.Clock.Now()));
        var (opened, asked) = (fleet.Shell().Opened(StreamKind.Gpu), fleet.Shell().Asked("gpu"));
        fleet.Shell().Break();
        await fleet.PassAsync(TimeSpan.FromMinutes(2));
        Assert.True(fleet.Host().Connection.Up);
        Assert.Equal((opened, asked), (fleet.Shell().Opened(StreamKind.Gpu), fleet.Shell().Asked("gpu")));

        _ = fleet.Fleet.ReleaseGpus("a", null);
        await fleet.SettleAsync();
        Assert.Equal(2, fleet.Shell().Loops("nvidia-smi").Count);
        Assert.Null(fleet.Host().GpusReleasedUntil);
        Assert.Single(fleet.Series("fleet_host_gpus_lost"));
    }

    [Fact]
    public async Task After_a_release_a_driver_that_hangs_fails()
    {
        await using var fleet = await StartAsync();
        _ = fleet.Fleet.ReleaseGpus("a", fleet.Clock.Now() + TimeSpan.FromMinutes(1));
        await fleet.SettleAsync();
        fleet.Shell().Answer("hung", "/proc/77/stat\n");
        await fleet.PassAsync(TimeSpan.FromSeconds(70));

        Assert.Equal(CollectorFailure.Timeout, fleet.Host().Outcomes["gpu"].Failure);
        Assert.Contains("hangs on the host", fleet.Host().Problem(fleet.Clock.Now()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_release_is_shown_and_ends_without_a_connection_too()
    {
        await using var fleet = await StartAsync();
        fleet.Shell().Refuses = SshFailure.Refused;
        fleet.Shell().Break();
        await fleet.UntilAsync(() => !fleet.Host().Connection.Up, 2 * Interval);
        _ = fleet.Fleet.ReleaseGpus("a", fleet.Clock.Now() + TimeSpan.FromMinutes(1));
        Assert.Single(fleet.Series("fleet_host_gpu_release_end_timestamp_seconds"));
        await fleet.PassAsync(TimeSpan.FromSeconds(61));

        Assert.Empty(fleet.Series("fleet_host_gpu_release_end_timestamp_seconds"));
    }

    [Fact]
    public async Task A_release_ends_by_itself()
    {
        await using var fleet = await StartAsync();
        _ = fleet.Fleet.ReleaseGpus("a", fleet.Clock.Now() + TimeSpan.FromMinutes(1));
        await fleet.PassAsync(TimeSpan.FromSeconds(59));
        Assert.NotNull(fleet.Host().GpusReleasedUntil);
        await fleet.PassAsync(TimeSpan.FromSeconds(2));

        Assert.Null(fleet.Host().GpusReleasedUntil);
        Assert.Equal(2, fleet.Shell().Loops("nvidia-smi").Count);
    }
}
