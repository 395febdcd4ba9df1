using FleetExporter.History;

namespace FleetExporter.Tests.History;

/// <summary>What memory answers.</summary>
public sealed class RecentHistoryTests
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    [Fact]
    public void The_last_hour_is_answered_in_steps_of_15_seconds_and_a_day_in_steps_of_five_minutes()
    {
        using var fleet = new RecentFleet();
        fleet.Pass(Day, i => fleet.Set("a", i % 30, RecentFleet.Gpu(0, 50), RecentFleet.Gpu(1, 60)));

        var hour = fleet.Of("host:a", RecentValue.Cpu, Hour);
        Assert.Equal((TimeSpan.FromSeconds(15), 240), (hour.Grid.Step, hour.Grid.Count));
        var cpu = Assert.Single(hour.Series);
        Assert.Equal("a", cpu.Name);
        Assert.Empty(cpu.Labels);
        Assert.All(cpu.Avg, v => Assert.InRange(v, 0, 29));

        // A request for an hour arrives a moment after that hour began.
        Assert.Equal(TimeSpan.FromSeconds(15), fleet.Of("host:a", RecentValue.Cpu, Hour + TimeSpan.FromSeconds(1)).Grid.Step);

        var day = fleet.Of("host:a", RecentValue.Cpu, Day);
        Assert.Equal((TimeSpan.FromMinutes(5), 288), (day.Grid.Step, day.Grid.Count));
        cpu = Assert.Single(day.Series);
        // Taken at 00:00:10 first, so each bucket has 30 values, and all but the first and the last have each value once.
        Assert.All(cpu.Min.Skip(1), v => Assert.Equal(0, v));
        Assert.All(cpu.Max.Skip(1), v => Assert.Equal(29, v));
        Assert.All(cpu.Avg.Skip(1), v => Assert.Equal(14.5, v, 0.01));
        Assert.Equal(75, fleet.Of("host:a", RecentValue.Memory, Hour).Series.Single().Avg[^1]);

        var gpus = fleet.Of("host:a", RecentValue.GpuTemperature, Day).Series;
        Assert.Equal(["GPU 0", "GPU 1"], gpus.Select(s => s.Name));
        Assert.Equal(new Dictionary<string, string> { ["gpu"] = "1", ["uuid"] = "GPU-1" }, gpus[1].Labels);
        Assert.Equal(41, gpus[1].Avg[100], 0.05);
        Assert.Equal("GPU 1", Assert.Single(fleet.Of("gpu:a/1", RecentValue.GpuPower, Hour).Series).Name);
        Assert.Equal("GPU 1", Assert.Single(fleet.Of("gpu:a/GPU-1", RecentValue.GpuMemory, Hour).Series).Name);
        Assert.Equal(512, fleet.Of("gpu:a/1", RecentValue.GpuMemory, Hour).Series.Single().Avg[^1]);
        Assert.Empty(fleet.Of("gpu:a/2", RecentValue.GpuPower, Hour).Series);
        Assert.Empty(fleet.Of("host:b", RecentValue.Cpu, Hour).Series);
    }

    [Fact]
    public void A_host_that_ends_and_comes_back_under_its_name_continues_with_a_gap()
    {
        using var fleet = new RecentFleet();
        fleet.Pass(TimeSpan.FromMinutes(20), _ => fleet.Set("a", 10));
        fleet.State.Remove("a");
        fleet.Pass(TimeSpan.FromMinutes(20), _ => { });
        fleet.Pass(TimeSpan.FromMinutes(20), _ => fleet.Set("a", 30));

        var cpu = Assert.Single(fleet.Of("host:a", RecentValue.Cpu, Hour).Series).Avg;
        Assert.Equal([10, 30], cpu.Where(double.IsFinite).Distinct());
        Assert.Equal(79, cpu.SkipWhile(v => v == 10).TakeWhile(double.IsNaN).Count());
        cpu = Assert.Single(fleet.Of("host:a", RecentValue.Cpu, Day).Series).Avg;
        Assert.Equal([10, 10, 10, 10, 10, double.NaN, double.NaN, double.NaN, 30, 30, 30, 30], cpu.TakeLast(12).Select(v => Math.Round(v)));
        Assert.Equal(288 - 9, cpu.Count(double.IsNaN));
    }

    [Fact]
    public void A_silent_host_has_no_values_and_is_down()
    {
        using var fleet = new RecentFleet();
        fleet.Pass(TimeSpan.FromMinutes(10), _ => fleet.Set("a", 10));
        fleet.Pass(TimeSpan.FromMinutes(10), _ => { });

        Assert.Equal(10, fleet.Of("host:a", RecentValue.Cpu, Hour).Series.Single().Avg.Last(double.IsFinite));
        Assert.Equal(double.NaN, fleet.Of("host:a", RecentValue.Cpu, Hour).Series.Single().Avg[^1]);
        var up = fleet.Of("host:a", RecentValue.Up, Hour).Series.Single();
        Assert.Equal([1, 0], up.Min.Where(double.IsFinite).Distinct());
        Assert.Equal(0, up.Avg[^1]);
    }

    [Fact]
    public void A_short_outage_shows_in_the_minimum_of_a_day()
    {
        using var fleet = new RecentFleet();
        fleet.Pass(Day, i => fleet.SetService("s", i == 4000 ? null : TimeSpan.FromMilliseconds(i == 5000 ? 900 : 20)));

        var up = Assert.Single(fleet.Of("service:s", RecentValue.Up, Day).Series);
        Assert.Equal(1, up.Min.Count(v => v == 0));
        Assert.All(up.Max, v => Assert.Equal(1, v));
        var latency = Assert.Single(fleet.Of("service:s", RecentValue.Latency, Day).Series);
        Assert.Equal(900, latency.Max.Max(), 1);
        Assert.All(latency.Min, v => Assert.Equal(20, v, 0.1));
    }

    [Fact]
    public void Another_board_in_the_place_of_a_GPU_is_another_series()
    {
        using var fleet = new RecentFleet();
        fleet.Pass(TimeSpan.FromMinutes(10), _ => fleet.Set("a", 1, RecentFleet.Gpu(0, 10, "GPU-old")));
        fleet.Pass(TimeSpan.FromMinutes(10), _ => fleet.Set("a", 1, RecentFleet.Gpu(0, 20, "GPU-new")));

        var series = fleet.Of("gpu:a/0", RecentValue.GpuUtilization, Hour).Series;
        Assert.Equal(["GPU 0 (GPU-new)", "GPU 0 (GPU-old)"], series.Select(s => s.Name));
        Assert.Equal([20], series[0].Avg.Where(double.IsFinite).Select(v => Math.Round(v, 3)).Distinct());
        Assert.Single(fleet.Of("gpu:a/GPU-old", RecentValue.GpuUtilization, Hour).Series);
    }

    [Fact]
    public void What_was_not_seen_for_a_day_is_forgotten()
    {
        using var fleet = new RecentFleet();
        fleet.SetService("s", TimeSpan.FromMilliseconds(20));
        fleet.Pass(TimeSpan.FromMinutes(10), i => fleet.Set("a", 1, RecentFleet.Gpu(0, 10, i < 30 ? "GPU-old" : "GPU-new")));
        Assert.Equal(3 + 4 + 4 + 2, fleet.Recent.Count);
        fleet.State.RemoveTarget("s");
        fleet.Pass(Day + TimeSpan.FromMinutes(20), _ => fleet.Set("a", 1, RecentFleet.Gpu(0, 10, "GPU-new")));
        Assert.Equal(3 + 4, fleet.Recent.Count);
        fleet.State.Remove("a");
        fleet.Pass(Day - TimeSpan.FromMinutes(10), _ => { });
        Assert.Equal(3 + 4, fleet.Recent.Count);
        fleet.Pass(TimeSpan.FromMinutes(20), _ => { });
        Assert.Equal(0, fleet.Recent.Count);
        Assert.Empty(fleet.Of("host:a", RecentValue.Cpu, Day).Series);
    }

    [Fact]
    public void The_number_of_series_is_limited_and_what_ends_makes_room()
    {
        using var fleet = new RecentFleet(maxSeries: 6);
        fleet.Pass(TimeSpan.FromMinutes(1), _ => Array.ForEach(["a", "b", "c"], host => fleet.Set(host, 10)));

        Assert.Equal(6, fleet.Recent.Count);
        Assert.False(fleet.Of("host:a", RecentValue.Cpu, Hour).IsIncomplete);
        var beyond = fleet.Of("host:c", RecentValue.Cpu, Hour);
        Assert.Empty(beyond.Series);
        Assert.True(beyond.IsIncomplete);
        Assert.Equal(["a", "b", "c"], RecentUse.Of(fleet.Recent, null).Hosts.Select(h => h.Host));

        fleet.State.Remove("a");
        fleet.Pass(Day + TimeSpan.FromMinutes(10), _ => Array.ForEach(["b", "c"], host => fleet.Set(host, 10)));
        Assert.Equal(6, fleet.Recent.Count);
        Assert.Single(fleet.Of("host:c", RecentValue.Cpu, Hour).Series);
    }

    [Fact]
    public void A_wall_clock_that_is_set_moves_what_was_taken_before()
    {
        using var fleet = new RecentFleet();
        fleet.Pass(Hour * 2, _ => fleet.Set("a", 10));
        fleet.Clock.SetWall(TimeSpan.FromMinutes(-47));

        Assert.All(fleet.Of("host:a", RecentValue.Cpu, TimeSpan.FromMinutes(50)).Series.Single().Avg, v => Assert.Equal(10, v));
        var day = fleet.Of("host:a", RecentValue.Cpu, Day).Series.Single().Avg;
        Assert.InRange(day.Count(double.IsFinite), 24, 25);
        Assert.Equal(10, day[^1], 0.01);
    }
}
