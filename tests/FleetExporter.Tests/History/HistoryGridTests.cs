using FleetExporter.History;

namespace FleetExporter.Tests.History;

public sealed class HistoryGridTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 4, 5, 6, 7, TimeSpan.Zero);
    private static readonly TimeSpan MinStep = TimeSpan.FromSeconds(15);

    [Theory]
    [InlineData(1, 15, 240)]
    [InlineData(6, 60, 360)]
    [InlineData(24, 300, 289)]
    [InlineData(24 * 7, 1800, 337)]
    [InlineData(24 * 30, 7200, 361)]
    [InlineData(24 * 400, 172_800, 201)]
    [InlineData(24 * 365, 86_400, 366)]
    [InlineData(0.001, 15, 1)]
    public void A_period_has_at_most_366_steps(double hours, int seconds, int count)
    {
        var grid = HistoryGrid.Of(Now - TimeSpan.FromHours(hours), Now, MinStep, Now);

        Assert.Equal((seconds, count), ((int)grid.Step.TotalSeconds, grid.Count));
        Assert.Equal(0, grid.First.ToUnixTimeSeconds() % seconds);
        Assert.True(grid.First <= Now - TimeSpan.FromHours(hours));
        Assert.True(grid.Last <= Now, "no step begins in the future");
        Assert.Equal(grid.First.ToUnixTimeMilliseconds(), grid.Times()[0]);
        Assert.Equal(grid.Last.ToUnixTimeMilliseconds(), grid.Times()[^1]);
        Assert.Equal(count, grid.Times().Length);
    }

    [Fact]
    public void Every_period_has_a_limited_number_of_steps_that_later_answers_repeat()
    {
        for (var hours = 0.01; hours < 24 * 400; hours *= 1.01)
        {
            var period = TimeSpan.FromHours(hours);
            var grid = HistoryGrid.Of(Now - period, Now, MinStep, Now);
            Assert.InRange(grid.Count, 1, HistoryGrid.MaxSteps);
            var later = HistoryGrid.Of(Now - period + MinStep, Now + MinStep, MinStep, Now + MinStep);
            Assert.Equal(grid.Step, later.Step);
            Assert.Equal(0, (later.First - grid.First).Ticks % grid.Step.Ticks);
        }
    }

    [Fact]
    public void A_short_step_is_left_out_until_it_is_over_and_a_long_one_is_not()
    {
        var minute = HistoryGrid.Of(Now - TimeSpan.FromHours(6), Now, MinStep, Now);
        Assert.Equal(new DateTimeOffset(2026, 3, 4, 5, 5, 0, TimeSpan.Zero), minute.Last);
        var halfHour = HistoryGrid.Of(Now - TimeSpan.FromDays(7), Now, MinStep, Now);
        Assert.Equal(new DateTimeOffset(2026, 3, 4, 5, 0, 0, TimeSpan.Zero), halfHour.Last);
        var past = HistoryGrid.Of(Now - TimeSpan.FromHours(8), Now - TimeSpan.FromHours(2), MinStep, Now);
        Assert.Equal(new DateTimeOffset(2026, 3, 4, 3, 6, 0, TimeSpan.Zero), past.Last);
    }

    [Theory]
    [InlineData(10, 15)]
    [InlineData(60, 60)]
    [InlineData(90, 120)]
    [InlineData(3600, 3600)]
    public void A_step_is_not_shorter_than_the_poll_interval(int poll, int seconds) =>
        Assert.Equal(
            TimeSpan.FromSeconds(seconds),
            HistoryGrid.Of(Now - TimeSpan.FromHours(1), Now, TimeSpan.FromSeconds(poll), Now).Step);

    [Theory]
    [InlineData(-1, null)]
    [InlineData(0, 0)]
    [InlineData(299, 0)]
    [InlineData(300, 1)]
    [InlineData(899, 2)]
    [InlineData(900, null)]
    public void A_moment_is_in_the_step_that_begins_before_it(int seconds, int? step)
    {
        var grid = new HistoryGrid(Now, TimeSpan.FromMinutes(5), 3, Now + TimeSpan.FromMinutes(15));

        Assert.Equal(step, grid.IndexOf(Now + TimeSpan.FromSeconds(seconds)));
    }
}
