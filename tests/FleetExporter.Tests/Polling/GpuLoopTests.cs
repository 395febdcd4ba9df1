using FleetExporter.Parsing;
using FleetExporter.Polling.Snapshots;
using FleetExporter.Remote;
using static FleetExporter.Tests.Polling.LoopHost;

namespace FleetExporter.Tests.Polling;

/// <summary>Hosts whose GPUs are read by loops of nvidia-smi.</summary>
public sealed class GpuLoopTests
{
    [Fact]
    public async Task After_the_first_calls_each_collector_has_one_loop_and_no_calls()
    {
        await using var fleet = await StartAsync();

        Assert.Equal(["gpu gpu_processes gpu_details xid"], fleet.Shell().Ticks(StreamKind.Gpu).Skip(1));
        var values = Assert.Single(fleet.Shell().Loops("--query-gpu"));
        Assert.StartsWith("nvidia-smi --query-gpu=timestamp,index,uuid,pstate,utilization.gpu,", values.Command, StringComparison.Ordinal);
        Assert.EndsWith(" --format=csv,noheader,nounits -lms 10000", values.Command, StringComparison.Ordinal);
        Assert.Equal(
            "nvidia-smi --query-compute-apps=timestamp,gpu_uuid,pid,process_name,used_memory --format=csv,noheader,nounits -lms 10000",
            Assert.Single(fleet.Shell().Loops("--query-compute-apps")).Command);

        await PrintAsync(fleet, 12, 61);
        await fleet.PassAsync(3 * Interval / 2);
        await PrintAsync(fleet, 22, 62);
        await fleet.PassAsync(3 * Interval / 2);
        await PrintAsync(fleet, 32, 63);
        await fleet.SettleAsync();

        Assert.Equal(1, fleet.Shell().Asked("gpu"));
        Assert.Equal(1, fleet.Shell().Asked("gpu_processes"));
        Assert.Equal(2, fleet.Shell().Opened(StreamKind.Loop));
        Assert.Equal(["63"], Values(fleet, "fleet_gpu_temperature_celsius{"));
        Assert.Single(fleet.Series("name=\"NVIDIA H100 80GB HBM3\""));
        Assert.Equal(["1980000000"], Values(fleet, "fleet_gpu_clock_max_hertz{", "clock=\"sm\""));
        Assert.Equal(HostStatus.Online, fleet.Host().Status(fleet.Clock.Now()));
    }

    [Fact]
    public async Task A_requested_poll_calls_as_well()
    {
        await using var fleet = await StartAsync();
        await fleet.Fleet.PollNowAsync("a", TestContext.Current.CancellationToken);

        Assert.Equal(2, fleet.Shell().Asked("gpu_processes"));
    }

    [Fact]
    public async Task A_loop_that_ends_is_replaced_by_calls_and_tried_again_after_a_minute()
    {
        await using var fleet = await StartAsync();
        await Assert.Single(fleet.Shell().Loops("--query-gpu")).EndCommandAsync(9);
        await fleet.UntilAsync(() => fleet.Shell().Asked("gpu") == 2, 2 * Interval);

        Assert.Null(fleet.Host().Outcomes["gpu"].Failure);
        Assert.Empty(fleet.Shell().Loops("--query-gpu"));
        await fleet.UntilAsync(() => fleet.Shell().Loops("--query-gpu").Count == 1, TimeSpan.FromMinutes(2));
    }

    [Fact]
    public async Task A_loop_that_hangs_fails_its_collector_and_the_driver_is_looked_at_before_the_next_call()
    {
        await using var fleet = await StartAsync();
        fleet.Shell().Answer("hung", "/proc/77/stat\n");
        await fleet.UntilAsync(() => fleet.Host().Outcomes["gpu"].Failure == CollectorFailure.Timeout, 5 * Interval);
        await fleet.PassAsync(TimeSpan.FromSeconds(5));

        Assert.Contains("an earlier nvidia-smi hangs on the host (/proc/77/stat)", fleet.Host().Outcomes["gpu"].Message, StringComparison.Ordinal);
        Assert.Equal(1, fleet.Shell().Asked("gpu"));
        Assert.Null(fleet.Host().Outcomes["host"].Failure);
        fleet.Shell().Answer("hung", "");
        await fleet.UntilAsync(() => fleet.Host().Outcomes["gpu"].Failure is null, TimeSpan.FromMinutes(3));
    }

    [Fact]
    public async Task Without_processes_the_loop_prints_nothing_and_is_alive_while_it_uses_cpu_time()
    {
        await using var fleet = await StartAsync();
        var loop = Assert.Single(fleet.Shell().Loops("--query-compute-apps"));
        Assert.Equal(["3"], Values(fleet, "fleet_gpu_processes{"));
        for (var second = 0; second < 60; second += 5)
        {
            loop.CpuTime += 200_000;
            await fleet.PassAsync(TimeSpan.FromSeconds(5));
            await PrintValuesAsync(fleet, second, 60);
        }

        Assert.Equal(["0"], Values(fleet, "fleet_gpu_processes{"));
        Assert.True(loop.IsOpen);
        Assert.Equal(1, fleet.Shell().Asked("gpu_processes"));

        for (var second = 60; second < 120; second += 5)
        {
            await fleet.PassAsync(TimeSpan.FromSeconds(5));
            await PrintValuesAsync(fleet, second, 60);
        }

        Assert.False(loop.IsOpen);
        Assert.True(fleet.Host().Failures[("gpu_processes", CollectorFailure.Timeout)] >= 1);
        Assert.Equal(["3"], Values(fleet, "fleet_gpu_processes{"));
    }

    [Fact]
    public async Task A_GPU_that_is_missing_from_a_sample_leads_to_a_call()
    {
        await using var fleet = await StartAsync(shell => shell.Answer("gpu", Rows("0, GPU-a, 5", "1, GPU-b, 6")));
        await PrintAsync(fleet, "gpu", "0, GPU-a, 5", 10);
        await PrintAsync(fleet, "gpu", "0, GPU-a, 5", 20);
        fleet.Shell().Answer("gpu", Rows("0, GPU-a, 5"));
        await fleet.PassAsync(Interval);

        Assert.Equal(2, fleet.Shell().Asked("gpu"));
        Assert.Equal(["fleet_host_gpus_lost{host=\"a\"} 1"], fleet.Series("gpus_lost"));
    }

    [Fact]
    public async Task An_error_in_a_sample_fails_its_collector()
    {
        await using var fleet = await StartAsync();
        var loop = Assert.Single(fleet.Shell().Loops("--query-gpu"));
        await loop.PrintAsync("Failed to initialize NVML: Driver/library version mismatch\n" + Row(10, "nonsense"));
        await loop.PrintAsync(Row(20, "nonsense"));
        await fleet.SettleAsync();

        Assert.NotNull(fleet.Host().Outcomes["gpu"].Failure);
        Assert.Empty(fleet.Series("fleet_gpu_temperature_celsius{"));
    }

    [Theory]
    [InlineData("call", 10, 0)]
    [InlineData("auto", 10, 2)]
    [InlineData("loop", 10, 2)]
    [InlineData("auto", 61, 0)]
    [InlineData("loop", 61, 2)]
    public async Task Whether_loops_run_depends_on_the_key_and_the_interval(string polling, int seconds, int loops)
    {
        await using var fleet = await ReplayFleet.StartAsync(
            $"poll_interval: {seconds}s\nhosts: [{{ name: a, address: a.lan, gpu_polling: {polling} }}]", w => w.Shell().HasLoops = true);

        Assert.Equal(loops, fleet.Shell().Opened(StreamKind.Loop));
    }

    [Fact]
    public async Task With_loops_only_nothing_is_called_while_one_is_away()
    {
        await using var fleet = await ReplayFleet.StartAsync(
            "hosts: [{ name: a, address: a.lan, gpu_polling: loop }]", w => w.Shell().HasLoops = true);
        await Assert.Single(fleet.Shell().Loops("--query-gpu")).EndCommandAsync(9);
        await fleet.PassAsync(5 * Interval);

        Assert.Equal(1, fleet.Shell().Asked("gpu"));
        Assert.Equal("its loop ended: nvidia-smi ended with status 9", fleet.Host().Outcomes["gpu"].Message);
        Assert.Empty(fleet.Series("fleet_gpu_temperature_celsius{"));
    }

    [Fact]
    public async Task A_loop_that_floods_is_published_a_few_times_per_interval()
    {
        await using var fleet = await StartAsync(shell => shell.Answer("gpu", Rows("0, GPU-a, 5")));
        var loop = Assert.Single(fleet.Shell().Loops("--query-gpu"));
        await fleet.PassAsync(Interval);
        HashSet<string> published = [];
        for (var minute = 0; minute < 50; minute++)
        {
            await loop.PrintAsync($"2026/11/27 12:{minute:00}:00.000, 0, GPU-a, {minute}\n");
            await fleet.SettleAsync();
            published.UnionWith(Values(fleet, "fleet_gpu_utilization_ratio{"));
        }

        Assert.InRange(published.Count, 2, 6);
    }

    [Theory]
    [InlineData(1, 51)]      // silent loops end after 10 s, and calls follow
    [InlineData(10, 7)]
    [InlineData(60, 7)]
    public async Task With_loops_the_GPU_stream_gets_a_line_within_its_lease_and_no_more_than_that(int interval, int most)
    {
        await using var fleet = await ReplayFleet.StartAsync(
            $"poll_interval: {interval}s\nhosts: [{{ name: a, address: a.lan }}]", w => w.Shell().HasLoops = true);
        List<(int Second, int Lines)> seen = [(0, fleet.Shell().Lines(StreamKind.Gpu))];
        for (var second = 1; second <= 50; second++)
        {
            await fleet.PassAsync(TimeSpan.FromSeconds(1));
            if (fleet.Shell().Lines(StreamKind.Gpu) is var lines && lines != seen[^1].Lines)
            {
                seen.Add((second, lines));
            }
        }

        Assert.All(seen.Zip(seen.Skip(1)), pair => Assert.InRange(pair.Second.Second - pair.First.Second, 1, 11));
        Assert.InRange(seen.Count, 5, most);
    }

    [Fact]
    public async Task Sentences_without_a_row_are_no_sign_of_life()
    {
        await using var fleet = await StartAsync();
        for (var second = 0; second < 45; second += 5)
        {
            await Assert.Single(fleet.Shell().Loops("--query-gpu")).PrintAsync("Failed to initialize NVML: Unknown Error\n");
            await fleet.PassAsync(TimeSpan.FromSeconds(5));
            if (fleet.Shell().Asked("gpu") > 1)
            {
                return;
            }
        }

        Assert.Fail("no call took over");
    }

    [Theory]
    [InlineData("2s", 9)]
    [InlineData("10s", 34)]
    [InlineData("60s", 205)]
    public async Task A_silent_loop_is_asked_twice_before_it_would_count_as_hanging(string interval, int seconds)
    {
        await using var fleet = await ReplayFleet.StartAsync(
            $"poll_interval: {interval}\nhosts: [{{ name: a, address: a.lan }}]", prepare: world => world.Shell().HasLoops = true);
        var loop = Assert.Single(fleet.Shell().Loops("--query-compute-apps"));
        await fleet.PassAsync(TimeSpan.FromSeconds(seconds));
        Assert.InRange(loop.CpuTimeRequests, 2, int.MaxValue);
    }

    [Fact]
    public async Task CPU_time_from_before_a_silence_is_no_sign_of_life()
    {
        await using var fleet = await StartAsync();
        var loop = Assert.Single(fleet.Shell().Loops("--query-compute-apps"));
        loop.CpuTime = 5_000_000;
        await PrintAsync(fleet, "compute-apps", $"{H100}, 11327, /root/tools/memhog, 2566", 10);
        for (var second = 0; second < 60 && loop.IsOpen; second += 5)
        {
            await fleet.PassAsync(TimeSpan.FromSeconds(5));
            await PrintValuesAsync(fleet, second, 60);
            Assert.DoesNotContain("0", Values(fleet, "fleet_gpu_processes{"));
        }

        Assert.False(loop.IsOpen);
    }

    [Fact]
    public async Task The_first_samples_of_profiling_have_no_values_and_turn_nothing_off()
    {
        await using var fleet = await ReplayFleet.StartAsync("hosts: [{ name: a, address: a.lan, gpu_profiling: true }]", w =>
        {
            w.Shell().HasLoops = true;
            w.Shell().Answer("gpu_profile", Captures.Read("dmon/load.dmon-gpm.csv"));
        });
        var lines = Captures.Read("dmon/load.dmon-gpm.csv").Replace(", 81, 12,", ", 80, 12,", StringComparison.Ordinal).Split('\n');
        foreach (var line in lines.Where(l => l.Length > 0))
        {
            await Assert.Single(fleet.Shell().Loops("dmon")).PrintAsync(line + "\n");
            await fleet.PassAsync(line[0] == '#' ? TimeSpan.Zero : Interval);
            Assert.Null(fleet.Host().Outcomes["gpu_profile"].OffBecause);
        }

        Assert.Equal(["0.8"], Values(fleet, "fleet_gpu_profile_sm_active_ratio{"));
    }
}
