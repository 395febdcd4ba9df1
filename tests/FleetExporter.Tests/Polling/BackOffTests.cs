using FleetExporter.Polling;
using FleetExporter.Remote;

namespace FleetExporter.Tests.Polling;

public sealed class BackOffTests
{
    public static TheoryData<SshFailure> Reasons() => [.. Enum.GetValues<SshFailure>()];

    [Theory]
    [InlineData(SshFailure.Refused, 5, 60)]
    [InlineData(SshFailure.Timeout, 5, 60)]
    [InlineData(SshFailure.Auth, 120, 900)]
    [InlineData(SshFailure.Banner, 120, 900)]
    public void Waits_double_up_to_the_maximum_with_a_quarter_of_jitter(SshFailure reason, int first, int longest)
    {
        var backOff = new BackOff(TimeSpan.FromSeconds(30), new Random(1));
        for (var (attempt, whole) = (0, (double)first); attempt < 40; attempt++, whole = Math.Min(whole * 2, longest))
        {
            Assert.InRange(backOff.Next(reason).TotalSeconds, whole * 0.75, whole);
        }
    }

    [Theory]
    [MemberData(nameof(Reasons))]
    public void Failures_that_fail2ban_counts_are_retried_at_most_three_times_in_ten_minutes(SshFailure reason)
    {
        var counted = reason is SshFailure.Auth or SshFailure.HostkeyChanged or SshFailure.HostkeyUnknown or SshFailure.Banner or SshFailure.Shell;
        var fewest = new BackOff(TimeSpan.FromSeconds(10), new Least());
        var attempts = 1;
        for (var at = fewest.Next(reason); at < TimeSpan.FromMinutes(10); at += fewest.Next(reason))
        {
            attempts++;
        }

        Assert.Equal(counted, attempts <= 3);
    }

    [Fact]
    public void The_first_wait_is_a_short_interval_and_success_resets_the_back_off()
    {
        var backOff = new BackOff(TimeSpan.FromSeconds(1), new Random(2));
        _ = Enumerable.Range(0, 10).Select(_ => backOff.Next(SshFailure.Refused)).Last();

        backOff.Reset();

        Assert.InRange(backOff.Next(SshFailure.Refused).TotalSeconds, 0.75, 1);
    }

    /// <summary>Always the minimum wait, which gives the maximum number of attempts.</summary>
    private sealed class Least : Random
    {
        public override double NextDouble() => 0;
    }
}
