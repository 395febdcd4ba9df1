using FleetExporter.Collectors;
using FleetExporter.Parsing;
using FleetExporter.Polling.Snapshots;
using FleetExporter.Remote;

namespace FleetExporter.Tests.Polling;

public sealed class HostMonitorTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task The_first_frame_makes_a_snapshot_with_everything_the_host_has()
    {
        await using var world = await World.StartAsync();

        var host = world.Host();
        Assert.Equal(HostStatus.Online, host.Status(world.Clock.Now()));
        Assert.Null(host.Problem(world.Clock.Now()));
        Assert.Equal(["system"], world.Shell().Ticks(StreamKind.Vitals)[0].Split(' '));
        Assert.Equal("host temperature tmux filesystem", world.Shell().Ticks(StreamKind.Vitals)[1]);
        Assert.Equal(["hung", "gpu gpu_processes gpu_details xid"], world.Shell().Ticks(StreamKind.Gpu).Take(2));
        Assert.NotEmpty(world.Series("fleet_gpu_power_draw_watts{"));
        Assert.Equal(["fleet_ssh_up{host=\"a\"} 1"], world.Series("fleet_ssh_up"));
        Assert.All(world.Series("fleet_collector_success{"), s => Assert.EndsWith(" 1", s, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_collector_that_answers_with_a_failure_loses_its_series_on_the_very_next_page()
    {
        await using var world = await World.StartAsync();
        Assert.NotEmpty(world.Series("fleet_gpu_temperature_celsius{"));
        world.Shell().Answer("gpu", "fields=index,uuid\nNVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.\n", 9);

        await world.UntilAsync(() => world.Host().Outcomes["gpu"].Failure is not null, 2 * Interval);

        Assert.Equal(CollectorFailure.Driver, world.Host().Outcomes["gpu"].Failure);
        Assert.Empty(world.Series("fleet_gpu_temperature_celsius{"));
        Assert.Empty(world.Series("fleet_gpu_processes{"));
        Assert.Equal(
            ["fleet_collector_success{host=\"a\",collector=\"gpu\",target=\"\"} 0"],
            world.Series("fleet_collector_success{host=\"a\",collector=\"gpu\","));
        Assert.Equal(
            ["fleet_collector_failures_total{host=\"a\",collector=\"gpu\",target=\"\",reason=\"driver\"} 1"],
            world.Series("fleet_collector_failures_total"));
        Assert.NotEmpty(world.Series("fleet_host_memory_total_bytes{"));
    }

    [Fact]
    public async Task A_silent_host_fails_at_once_and_keeps_its_data_until_they_are_stale()
    {
        await using var world = await World.StartAsync();
        var helloReceived = world.Clock.GetUtcNow();
        world.Shell().Answers["host"] = new Reply("", Hangs: true);
        world.Shell().IsMute = true;

        await world.UntilAsync(
            () => world.Series("fleet_collector_success{host=\"a\",collector=\"host\"")[0].EndsWith(" 0", StringComparison.Ordinal), 4 * Interval);
        Assert.NotEmpty(world.Series("fleet_host_memory_total_bytes{"));
        Assert.Equal(
            "fleet_host_status{host=\"a\",status=\"degraded\"} 1",
            Assert.Single(world.Series("fleet_host_status"), s => s.EndsWith(" 1", StringComparison.Ordinal)));

        await world.UntilAsync(() => world.Series("fleet_host_memory_total_bytes{").Count == 0, 4 * Interval);
        Assert.InRange(world.Clock.GetUtcNow() - helloReceived, 3 * Interval, (3 * Interval) + TimeSpan.FromSeconds(1));
        await world.UntilAsync(() => world.Host().Status(world.Clock.Now()) == HostStatus.Offline, 4 * Interval);
        Assert.Equal(["fleet_ssh_up{host=\"a\"} 0"], world.Series("fleet_ssh_up"));
    }

    [Fact]
    public async Task A_lost_connection_is_a_failure_of_every_collector_and_keeps_the_data_for_a_while()
    {
        await using var world = await World.StartAsync();
        world.Shell().Refuses = SshFailure.Refused;

        world.Shell().Break();
        await world.UntilAsync(() => !world.Host().Connection.Up, 2 * Interval);

        Assert.All(world.Series("fleet_collector_success{"), s => Assert.EndsWith(" 0", s, StringComparison.Ordinal));
        Assert.NotEmpty(world.Series("fleet_gpu_temperature_celsius{"));
        await world.PassAsync(TimeSpan.FromSeconds(6));
        Assert.Equal(
            "fleet_ssh_failure{host=\"a\",reason=\"refused\"} 1",
            Assert.Single(world.Series("fleet_ssh_failure"), s => s.EndsWith(" 1", StringComparison.Ordinal)));
        Assert.StartsWith("refused: ", world.Host().Problem(world.Clock.Now()), StringComparison.Ordinal);
        await world.PassAsync(TimeSpan.FromSeconds(50));
        Assert.Empty(world.Series("fleet_gpu_temperature_celsius{"));
        Assert.NotEmpty(world.Series("fleet_host_info{"));
    }

    [Fact]
    public async Task A_gpu_that_vanishes_is_gone_from_the_next_page_and_counted_as_lost()
    {
        var eight = Captures.Read("synthetic/8x-h100-gpu3-lost-cells.exporter.csv").Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Where(row => !row.Contains("lost", StringComparison.Ordinal)).ToArray();
        string Body(IEnumerable<string> rows) =>
            "fields=index,uuid,name,utilization.gpu,memory.used,memory.total,temperature.gpu,power.draw,power.limit,fan.speed,pstate,driver_version\n"
                + string.Join('\n', rows) + "\n";
        await using var world = await World.StartAsync(prepare: w => w.Shell().Answer("gpu", Body(eight)));
        Assert.Equal(7, world.Series("fleet_gpu_info{").Count);
        Assert.Equal(["fleet_host_gpus_lost{host=\"a\"} 0"], world.Series("gpus_lost"));

        world.Shell().Answer("gpu", Body(eight.Where(row => row[0] != '5')));
        await world.UntilAsync(() => world.Host().Get<GpuReading>(world.Clock.Now()) is { Gpus.Count: 6 }, 2 * Interval);

        Assert.Empty(world.Series("gpu=\"5\""));
        Assert.Equal(["fleet_host_gpus_lost{host=\"a\"} 1"], world.Series("gpus_lost"));
        Assert.Equal("gpu: 1 GPU is no longer there", world.Host().Problem(world.Clock.Now()));
    }

    [Fact]
    public async Task A_session_that_ends_is_gone_from_the_next_page()
    {
        await using var world = await World.StartAsync();
        Assert.NotEmpty(world.Series("session=\"train\""));

        world.Shell().Answer("tmux", "U1:alice\nno server running on /tmp/tmux-1000/default\n");
        await world.UntilAsync(() => world.Series("session=\"train\"").Count == 0, 2 * Interval);

        Assert.Equal(["fleet_tmux_up{host=\"a\",user=\"alice\"} 1"], world.Series("fleet_tmux_up"));
        Assert.All(world.Series("fleet_tmux_sessions{"), s => Assert.EndsWith(" 0", s, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_damaged_section_fails_alone()
    {
        await using var world = await World.StartAsync();
        world.Shell().Answers["temperature"] = world.Shell().Answers["temperature"] with { Damaged = true };

        await world.UntilAsync(() => world.Host().Outcomes["temperature"].Failure is not null, 3 * Interval);

        Assert.Equal(CollectorFailure.Parse, world.Host().Outcomes["temperature"].Failure);
        Assert.Null(world.Host().Outcomes["host"].Failure);
        Assert.Null(world.Host().Outcomes["tmux"].Failure);
    }

    [Fact]
    public async Task A_section_that_is_missing_from_a_whole_frame_fails()
    {
        await using var world = await World.StartAsync();
        world.Shell().Answers.TryRemove("tmux", out _);

        await world.UntilAsync(() => world.Host().Outcomes["tmux"].Failure is not null, 2 * Interval);

        Assert.Equal("the section is missing from the frame", world.Host().Outcomes["tmux"].Message);
    }

    [Fact]
    public async Task A_command_that_was_killed_is_left_alone_for_a_minute()
    {
        await using var world = await World.StartAsync();
        world.Shell().Answer("gpu", "", 137);
        await world.UntilAsync(() => world.Host().Outcomes["gpu"].Failure == CollectorFailure.Timeout, 2 * Interval);
        var asked = world.Shell().Asked("gpu");

        await world.PassAsync(TimeSpan.FromSeconds(45));
        Assert.Equal(asked, world.Shell().Asked("gpu"));

        await world.PassAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(asked + 1, world.Shell().Asked("gpu"));
        Assert.Contains("hung and was killed", world.Host().Outcomes["gpu"].Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_gpu_stream_that_hangs_disturbs_nothing_else()
    {
        await using var world = await World.StartAsync();
        world.Shell().Answers["gpu"] = new Reply("", Hangs: true);

        await world.UntilAsync(() => world.Host().Outcomes["gpu"].Failure == CollectorFailure.Timeout, 3 * Interval);
        var ticks = world.Shell().Ticks(StreamKind.Vitals).Count;
        await world.PassAsync(4 * Interval);

        Assert.InRange(world.Shell().Ticks(StreamKind.Vitals).Count, ticks + 4, ticks + 4);
        Assert.All(world.Series("fleet_collector_success{host=\"a\",collector=\"host\""), s => Assert.EndsWith(" 1", s, StringComparison.Ordinal));
        Assert.Empty(world.Series("fleet_gpu_temperature_celsius{"));
        Assert.Equal(1, world.Shell().Opened(StreamKind.Vitals));
        Assert.Equal(HostStatus.Degraded, world.Host().Status(world.Clock.Now()));
    }

    [Fact]
    public async Task An_nvidia_smi_that_hangs_from_before_keeps_another_from_being_started()
    {
        await using var world = await World.StartAsync(prepare: w => w.Shell().Answer("hung", "/proc/77/stat"));

        await world.UntilAsync(() => world.Host().Outcomes.ContainsKey("gpu"), TimeSpan.FromSeconds(5));
        Assert.Equal(0, world.Shell().Asked("gpu"));
        Assert.Contains("from before hangs", world.Host().Outcomes["gpu"].Message, StringComparison.Ordinal);

        world.Shell().Answer("hung", "");
        await world.UntilAsync(() => world.Host().Outcomes["gpu"].Failure is null, TimeSpan.FromMinutes(3));
        Assert.Equal(1, world.Shell().Asked("gpu"));
    }

    [Fact]
    public async Task A_line_of_the_kernel_log_with_a_senseless_time_spoils_no_page()
    {
        await using var world = await World.StartAsync(prepare: w => w.Shell().Answer(
            "xid", "[999999999999.5] NVRM: Xid (PCI:0000:3b:00): 79, x\n[  12.500000] NVRM: Xid (PCI:0000:3b:00): 13, y\n"));

        Assert.EndsWith(" 1", Assert.Single(world.Series("fleet_gpu_xid_errors_total{")), StringComparison.Ordinal);
        Assert.Contains("xid=\"13\"", Assert.Single(world.Series("fleet_gpu_xid_last_timestamp_seconds{")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_uptime_that_is_no_number_damages_its_section_and_the_host_is_watched_on()
    {
        await using var world = await World.StartAsync();
        world.Shell().FakeUptime = "NaN";
        await world.UntilAsync(() => world.Host().Outcomes["host"].Failure == CollectorFailure.Parse, 2 * Interval);

        world.Shell().FakeUptime = null;
        await world.UntilAsync(() => world.Host().Outcomes["host"].Failure is null, 2 * Interval);
        Assert.Equal(1, world.Shell().Opened(StreamKind.Vitals));
    }

    [Fact]
    public async Task A_shell_that_cannot_be_started_in_any_way_does_not_end_the_watching()
    {
        await using var world = await World.StartAsync(prepare: w => w.Shell().Throws = new InvalidOperationException("no more processes"));
        Assert.Equal("closed: the exporter failed: no more processes", world.Host().Problem(world.Clock.Now()));

        world.Shell().Throws = null;
        await world.UntilAsync(() => world.Host().Connection.Up, TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task A_host_never_reached_says_so_and_nothing_else()
    {
        await using var world = await World.StartAsync(prepare: w => w.Shell().Refuses = SshFailure.Auth);

        Assert.Equal(["host", "system"], world.Series("fleet_collector_success").Select(s => s.Split('"')[3]).Order());
        Assert.Empty(world.Series("fleet_collector_last_success"));
        Assert.Empty(world.Series("fleet_gpu_"));
        Assert.Equal(HostStatus.Degraded, world.Host().Status(world.Clock.Now()));
        await world.PassAsync(TimeSpan.FromSeconds(31));
        Assert.Equal(HostStatus.Offline, world.Host().Status(world.Clock.Now()));
    }
}
