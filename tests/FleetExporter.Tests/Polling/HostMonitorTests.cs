using FleetExporter.Collectors;
using FleetExporter.Parsing;
using FleetExporter.Polling.Snapshots;
using FleetExporter.Remote;

namespace FleetExporter.Tests.Polling;

public sealed class HostMonitorTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task The_first_frame_fills_the_snapshot()
    {
        await using var fleet = await ReplayFleet.StartAsync();

        var host = fleet.Host();
        Assert.Equal(HostStatus.Online, host.Status(fleet.Clock.Now()));
        Assert.Null(host.Problem(fleet.Clock.Now()));
        Assert.Equal(["system"], fleet.Shell().Ticks(StreamKind.Vitals)[0].Split(' '));
        Assert.Equal("host temperature tmux filesystem", fleet.Shell().Ticks(StreamKind.Vitals)[1]);
        Assert.Equal(["hung", "gpu gpu_processes gpu_details xid"], fleet.Shell().Ticks(StreamKind.Gpu).Take(2));
        Assert.NotEmpty(fleet.Series("fleet_gpu_power_draw_watts{"));
        Assert.Equal(["fleet_ssh_up{host=\"a\"} 1"], fleet.Series("fleet_ssh_up"));
        Assert.All(fleet.Series("fleet_collector_success{"), s => Assert.EndsWith(" 1", s, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_failure_answer_drops_the_series_of_its_collector_from_the_next_page()
    {
        await using var fleet = await ReplayFleet.StartAsync();
        Assert.NotEmpty(fleet.Series("fleet_gpu_temperature_celsius{"));
        fleet.Shell().Answer("gpu", "fields=index,uuid\nNVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.\n", 9);

        await fleet.UntilAsync(() => fleet.Host().Outcomes["gpu"].Failure is not null, 2 * Interval);

        Assert.Equal(CollectorFailure.Driver, fleet.Host().Outcomes["gpu"].Failure);
        Assert.Empty(fleet.Series("fleet_gpu_temperature_celsius{"));
        Assert.Empty(fleet.Series("fleet_gpu_processes{"));
        Assert.Equal(
            ["fleet_collector_success{host=\"a\",collector=\"gpu\",target=\"\"} 0"],
            fleet.Series("fleet_collector_success{host=\"a\",collector=\"gpu\","));
        Assert.Equal(
            ["fleet_collector_failures_total{host=\"a\",collector=\"gpu\",target=\"\",reason=\"driver\"} 1"],
            fleet.Series("fleet_collector_failures_total"));
        Assert.NotEmpty(fleet.Series("fleet_host_memory_total_bytes{"));
    }

    [Fact]
    public async Task A_silent_host_fails_immediately_and_keeps_readings_until_stale()
    {
        await using var fleet = await ReplayFleet.StartAsync();
        var heard = fleet.Clock.GetUtcNow();
        fleet.Shell().Answers["host"] = new Reply("", Hangs: true);
        fleet.Shell().IsMute = true;

        await fleet.UntilAsync(
            () => fleet.Series("fleet_collector_success{host=\"a\",collector=\"host\"")[0].EndsWith(" 0", StringComparison.Ordinal), 4 * Interval);
        Assert.NotEmpty(fleet.Series("fleet_host_memory_total_bytes{"));
        Assert.Equal(
            "fleet_host_status{host=\"a\",status=\"degraded\"} 1",
            Assert.Single(fleet.Series("fleet_host_status"), s => s.EndsWith(" 1", StringComparison.Ordinal)));

        await fleet.UntilAsync(() => fleet.Series("fleet_host_memory_total_bytes{").Count == 0, 4 * Interval);
        Assert.InRange(fleet.Clock.GetUtcNow() - heard, 3 * Interval, (3 * Interval) + TimeSpan.FromSeconds(1));
        await fleet.UntilAsync(() => fleet.Host().Status(fleet.Clock.Now()) == HostStatus.Offline, 4 * Interval);
        Assert.Equal(["fleet_ssh_up{host=\"a\"} 0"], fleet.Series("fleet_ssh_up"));
    }

    [Fact]
    public async Task A_lost_connection_fails_every_collector_and_keeps_readings_until_stale()
    {
        await using var fleet = await ReplayFleet.StartAsync();
        fleet.Shell().Refuses = SshFailure.Refused;

        fleet.Shell().Break();
        await fleet.UntilAsync(() => !fleet.Host().Connection.Up, 2 * Interval);

        Assert.All(fleet.Series("fleet_collector_success{"), s => Assert.EndsWith(" 0", s, StringComparison.Ordinal));
        Assert.NotEmpty(fleet.Series("fleet_gpu_temperature_celsius{"));
        await fleet.PassAsync(TimeSpan.FromSeconds(6));
        Assert.Equal(
            "fleet_ssh_failure{host=\"a\",reason=\"refused\"} 1",
            Assert.Single(fleet.Series("fleet_ssh_failure"), s => s.EndsWith(" 1", StringComparison.Ordinal)));
        Assert.StartsWith("refused: ", fleet.Host().Problem(fleet.Clock.Now()), StringComparison.Ordinal);
        await fleet.PassAsync(TimeSpan.FromSeconds(50));
        Assert.Empty(fleet.Series("fleet_gpu_temperature_celsius{"));
        Assert.NotEmpty(fleet.Series("fleet_host_info{"));
    }

    [Fact]
    public async Task A_vanished_gpu_is_missing_from_the_next_page_and_counted_as_lost()
    {
        var eight = Captures.Read("synthetic/8x-h100-gpu3-lost-cells.exporter.csv").Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Where(row => !row.Contains("lost", StringComparison.Ordinal)).ToArray();
        string Body(IEnumerable<string> rows) =>
            "fields=index,uuid,name,utilization.gpu,memory.used,memory.total,temperature.gpu,power.draw,power.limit,fan.speed,pstate,driver_version\n"
                + string.Join('\n', rows) + "\n";
        await using var fleet = await ReplayFleet.StartAsync(prepare: w => w.Shell().Answer("gpu", Body(eight)));
        Assert.Equal(7, fleet.Series("fleet_gpu_info{").Count);
        Assert.Equal(["fleet_host_gpus_lost{host=\"a\"} 0"], fleet.Series("gpus_lost"));

        fleet.Shell().Answer("gpu", Body(eight.Where(row => row[0] != '5')));
        await fleet.UntilAsync(() => fleet.Host().Get<GpuReading>(fleet.Clock.Now()) is { Gpus.Count: 6 }, 2 * Interval);

        Assert.Empty(fleet.Series("gpu=\"5\""));
        Assert.Equal(["fleet_host_gpus_lost{host=\"a\"} 1"], fleet.Series("gpus_lost"));
        Assert.Equal("gpu: 1 GPU is no longer listed", fleet.Host().Problem(fleet.Clock.Now()));
    }

    [Fact]
    public async Task An_ended_session_is_missing_from_the_next_page()
    {
        await using var fleet = await ReplayFleet.StartAsync();
        Assert.NotEmpty(fleet.Series("session=\"train\""));

        fleet.Shell().Answer("tmux", "U1:alice\nno server running on /tmp/tmux-1000/default\n");
        await fleet.UntilAsync(() => fleet.Series("session=\"train\"").Count == 0, 2 * Interval);

        Assert.Equal(["fleet_tmux_up{host=\"a\",user=\"alice\"} 1"], fleet.Series("fleet_tmux_up"));
        Assert.All(fleet.Series("fleet_tmux_sessions{"), s => Assert.EndsWith(" 0", s, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_damaged_section_fails_alone()
    {
        await using var fleet = await ReplayFleet.StartAsync();
        fleet.Shell().Answers["temperature"] = fleet.Shell().Answers["temperature"] with { Damaged = true };

        await fleet.UntilAsync(() => fleet.Host().Outcomes["temperature"].Failure is not null, 3 * Interval);

        Assert.Equal(CollectorFailure.Parse, fleet.Host().Outcomes["temperature"].Failure);
        Assert.Null(fleet.Host().Outcomes["host"].Failure);
        Assert.Null(fleet.Host().Outcomes["tmux"].Failure);
    }

    [Fact]
    public async Task A_section_missing_from_a_complete_frame_fails()
    {
        await using var fleet = await ReplayFleet.StartAsync();
        fleet.Shell().Answers.TryRemove("tmux", out _);

        await fleet.UntilAsync(() => fleet.Host().Outcomes["tmux"].Failure is not null, 2 * Interval);

        Assert.Equal("the section is missing from the frame", fleet.Host().Outcomes["tmux"].Message);
    }

    [Fact]
    public async Task A_killed_command_is_suspended_for_a_minute()
    {
        await using var fleet = await ReplayFleet.StartAsync();
        fleet.Shell().Answer("gpu", "", 137);
        await fleet.UntilAsync(() => fleet.Host().Outcomes["gpu"].Failure == CollectorFailure.Timeout, 2 * Interval);
        var asked = fleet.Shell().Asked("gpu");

        await fleet.PassAsync(TimeSpan.FromSeconds(45));
        Assert.Equal(asked, fleet.Shell().Asked("gpu"));

        await fleet.PassAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(asked + 1, fleet.Shell().Asked("gpu"));
        Assert.Contains("hung and was killed", fleet.Host().Outcomes["gpu"].Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_hanging_gpu_stream_does_not_affect_the_vitals_stream()
    {
        await using var fleet = await ReplayFleet.StartAsync();
        fleet.Shell().Answers["gpu"] = new Reply("", Hangs: true);

        await fleet.UntilAsync(() => fleet.Host().Outcomes["gpu"].Failure == CollectorFailure.Timeout, 3 * Interval);
        var ticks = fleet.Shell().Ticks(StreamKind.Vitals).Count;
        await fleet.PassAsync(4 * Interval);

        Assert.InRange(fleet.Shell().Ticks(StreamKind.Vitals).Count, ticks + 4, ticks + 4);
        Assert.All(fleet.Series("fleet_collector_success{host=\"a\",collector=\"host\""), s => Assert.EndsWith(" 1", s, StringComparison.Ordinal));
        Assert.Empty(fleet.Series("fleet_gpu_temperature_celsius{"));
        Assert.Equal(1, fleet.Shell().Opened(StreamKind.Vitals));
        Assert.Equal(HostStatus.Degraded, fleet.Host().Status(fleet.Clock.Now()));
    }

    [Fact]
    public async Task While_an_earlier_nvidia_smi_hangs_no_other_is_started()
    {
        await using var fleet = await ReplayFleet.StartAsync(prepare: w => w.Shell().Answer("hung", "/proc/77/stat"));

        await fleet.UntilAsync(() => fleet.Host().Outcomes.Contains("gpu"), TimeSpan.FromSeconds(5));
        Assert.Equal(0, fleet.Shell().Asked("gpu"));
        Assert.Contains("an earlier nvidia-smi hangs", fleet.Host().Outcomes["gpu"].Message, StringComparison.Ordinal);

        fleet.Shell().Answer("hung", "");
        await fleet.UntilAsync(() => fleet.Host().Outcomes["gpu"].Failure is null, TimeSpan.FromMinutes(3));
        Assert.Equal(1, fleet.Shell().Asked("gpu"));
    }

    [Fact]
    public async Task A_kernel_log_line_with_an_invalid_time_does_not_break_the_page()
    {
        await using var fleet = await ReplayFleet.StartAsync(prepare: w => w.Shell().Answer(
            "xid", "[999999999999.5] NVRM: Xid (PCI:0000:3b:00): 79, x\n[  12.500000] NVRM: Xid (PCI:0000:3b:00): 13, y\n"));

        Assert.EndsWith(" 1", Assert.Single(fleet.Series("fleet_gpu_xid_errors_total{")), StringComparison.Ordinal);
        Assert.Contains("xid=\"13\"", Assert.Single(fleet.Series("fleet_gpu_xid_last_timestamp_seconds{")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_invalid_uptime_fails_its_section_and_the_monitor_continues()
    {
        await using var fleet = await ReplayFleet.StartAsync();
        fleet.Shell().FakeUptime = "NaN";
        await fleet.UntilAsync(() => fleet.Host().Outcomes["host"].Failure == CollectorFailure.Parse, 2 * Interval);

        fleet.Shell().FakeUptime = null;
        await fleet.UntilAsync(() => fleet.Host().Outcomes["host"].Failure is null, 2 * Interval);
        Assert.Equal(1, fleet.Shell().Opened(StreamKind.Vitals));
    }

    [Fact]
    public async Task A_shell_that_cannot_be_started_does_not_end_the_monitor()
    {
        await using var fleet = await ReplayFleet.StartAsync(prepare: w => w.Shell().Throws = new InvalidOperationException("no more processes"));
        Assert.Equal("closed: the exporter failed: no more processes", fleet.Host().Problem(fleet.Clock.Now()));

        fleet.Shell().Throws = null;
        await fleet.UntilAsync(() => fleet.Host().Connection.Up, TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task A_host_never_reached_has_health_series_only()
    {
        await using var fleet = await ReplayFleet.StartAsync(prepare: w => w.Shell().Refuses = SshFailure.Auth);

        Assert.Equal(["host", "system"], fleet.Series("fleet_collector_success").Select(s => s.Split('"')[3]).Order());
        Assert.Empty(fleet.Series("fleet_collector_last_success"));
        Assert.Empty(fleet.Series("fleet_gpu_"));
        Assert.Equal(HostStatus.Degraded, fleet.Host().Status(fleet.Clock.Now()));
        await fleet.PassAsync(TimeSpan.FromSeconds(31));
        Assert.Equal(HostStatus.Offline, fleet.Host().Status(fleet.Clock.Now()));
    }
}
