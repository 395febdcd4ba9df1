using FleetExporter.Control;

namespace FleetExporter.Tests.Control;

/// <summary>Releasing GPUs without HTTP.</summary>
public sealed class ReleaseGpusTests
{
    private const string Yml = "hosts: [{ name: a, address: a.lan }, { name: plain, address: b.lan, gpu: false }]";

    [Fact]
    public async Task GPUs_are_released_until_a_time_and_watched_again()
    {
        await using var world = await ActionFixture.StartAsync(Yml);
        var action = new ReleaseGpus(world.Fleet, world.State, world.Clock);

        var released = Assert.IsType<ReleaseOutcome.Released>(
            await action.ReleaseAsync(world.Call(ControlAction.GpuRelease), "a", 30, ActionFixture.Stop));

        Assert.True(released.IsFree);
        Assert.Equal(world.Clock.GetUtcNow() + TimeSpan.FromMinutes(30), released.Until);
        Assert.True(world.Fleet.AreGpusReleased("a"));
        Assert.IsType<ReleaseOutcome.Ended>(await action.EndAsync(world.Call(ControlAction.GpuReleaseEnd), "a"));
        Assert.False(world.Fleet.AreGpusReleased("a"));
        Assert.Equal(["gpu_release ok a - -", "gpu_release_end ok a - -"], await world.RowsAsync());
    }

    [Theory]
    [InlineData(null)]
    [InlineData(0)]
    [InlineData(-5)]
    [InlineData(1441)]
    public async Task Minutes_outside_the_range_release_nothing(int? minutes)
    {
        await using var world = await ActionFixture.StartAsync(Yml);
        var action = new ReleaseGpus(world.Fleet, world.State, world.Clock);

        var invalid = Assert.IsType<ReleaseOutcome.Invalid>(
            await action.ReleaseAsync(world.Call(ControlAction.GpuRelease), "a", minutes, ActionFixture.Stop));

        Assert.Equal(("minutes", "Must be a whole number from 1 to 1440."), (invalid.Field, invalid.Message));
        Assert.False(world.Fleet.AreGpusReleased("a"));
        Assert.Equal(["gpu_release failed a - -"], await world.RowsAsync());
    }

    [Fact]
    public async Task Without_a_host_or_its_GPUs_there_is_nothing_to_release()
    {
        await using var world = await ActionFixture.StartAsync(Yml);
        var action = new ReleaseGpus(world.Fleet, world.State, world.Clock);

        Assert.IsType<ReleaseOutcome.UnknownHost>(
            await action.ReleaseAsync(world.Call(ControlAction.GpuRelease), "nowhere", 5, ActionFixture.Stop));
        Assert.Equal(
            "its gpu is false in the configuration",
            Assert.IsType<ReleaseOutcome.NotPolled>(
                await action.ReleaseAsync(world.Call(ControlAction.GpuRelease), "plain", 5, ActionFixture.Stop)).Reason);
        Assert.IsType<ReleaseOutcome.NotReleased>(await action.EndAsync(world.Call(ControlAction.GpuReleaseEnd), "a"));
    }
}
