using FleetExporter.Remote;

namespace FleetExporter.Tests.Remote;

public sealed class ScriptLeaseTests
{
    [Theory]
    [InlineData(1, 2, 1)]
    [InlineData(2, 2, 1)]
    [InlineData(5.5, 5, 2.5)]
    [InlineData(10, 10, 5)]
    [InlineData(3600, 10, 5)]
    public void A_lease_follows_the_poll_interval_and_is_renewed_before_it_ends(double interval, double lease, double pause)
    {
        Assert.Equal(TimeSpan.FromSeconds(lease), ScriptLease.Of(TimeSpan.FromSeconds(interval)));
        Assert.Equal(TimeSpan.FromSeconds(pause), ScriptLease.PauseOf(ScriptLease.Of(TimeSpan.FromSeconds(interval))));
    }

    [Fact]
    public void Polls_of_the_default_interval_renew_the_lease_of_GPU_scripts() =>
        Assert.Equal(TimeSpan.FromSeconds(10), ScriptLease.PauseOf(ScriptLease.Gpu));
}
