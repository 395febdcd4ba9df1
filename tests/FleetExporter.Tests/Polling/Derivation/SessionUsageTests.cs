using System.Collections.Immutable;
using FleetExporter.Collectors;
using FleetExporter.Polling.Snapshots;
using FleetExporter.Tests.Parsing;

namespace FleetExporter.Tests.Polling.Derivation;

public sealed class SessionUsageTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task The_use_of_a_session_is_the_sum_of_its_processes()
    {
        await using var fleet = await ReplayFleet.StartAsync(prepare: w => w.Shell().Answer("tmux", Body(0, cpuTicks: 100, rss: 10)));
        Assert.Null(Session(fleet).CpuRatio);
        Assert.Equal(10 * 4096 * 2.0, Session(fleet).MemoryBytes);

        fleet.Shell().Answer("tmux", Body(0, cpuTicks: 600, rss: 20));
        var before = fleet.Clock.GetUtcNow();
        await fleet.UntilAsync(() => Session(fleet).MemoryBytes == 20 * 4096 * 2.0, TimeSpan.FromSeconds(20));

        // Two processes of 5 s more each.
        var seconds = (fleet.Clock.GetUtcNow() - before).TotalSeconds;
        Assert.Equal(10 / seconds, Session(fleet).CpuRatio!.Value, 3);
    }

    [Fact]
    public async Task Memory_is_computed_with_the_hosts_page_size()
    {
        await using var fleet = await ReplayFleet.StartAsync(prepare: w =>
        {
            w.Shell().Answer("tmux", Body(0, 1, rss: 10));
            w.Shell().Answer("system", w.Shell().Answers["system"].Body.Replace("pagesize=4096", "pagesize=65536", StringComparison.Ordinal));
        });

        Assert.Equal(10 * 65536 * 2.0, Session(fleet).MemoryBytes);
    }

    [Theory]
    [InlineData("GPU-x, 101, python, 300\nGPU-y, 100, python, 200\nGPU-x, 7, other, 50\n", 500)]
    [InlineData("GPU-x, 7, other, 50\n", 0)]
    [InlineData("GPU-x, 101, python, [N/A]\n", null)]
    public async Task Gpu_memory_is_joined_by_process_and_absent_where_the_driver_hides_it(string processes, int? mebibytes)
    {
        await using var fleet = await ReplayFleet.StartAsync(prepare: w =>
        {
            w.Shell().Answer("tmux", Body(0, 1, 1));
            w.Shell().Answer("gpu_processes", processes);
        });

        // The first reading of tmux may have come before that of the GPUs.
        await fleet.PassAsync(TimeSpan.FromSeconds(11));

        Assert.Equal(mebibytes * 1048576.0, Session(fleet).GpuMemoryBytes);
    }

    [Fact]
    public async Task A_session_detached_for_legacy_after_is_legacy()
    {
        // Active ten minutes before the start; 45 minutes make it legacy.
        await using var fleet = await ReplayFleet.StartAsync($"legacy_after: 45m\npoll_interval: 5m\n{ReplayFleet.OneHost}");
        Assert.Equal(Start.AddSeconds(1767222600 - Start.ToUnixTimeSeconds()), Session(fleet).DetachedSince);
        Assert.True(Session(fleet).Legacy);
        Assert.Contains("fleet_tmux_sessions{host=\"a\",user=\"alice\",state=\"legacy\"} 1", fleet.Series("fleet_tmux_sessions{"));
        Assert.Contains("fleet_tmux_sessions{host=\"a\",user=\"alice\",state=\"detached\"} 0", fleet.Series("fleet_tmux_sessions{"));
        Assert.Equal(["fleet_tmux_session_detached_seconds{host=\"a\",user=\"alice\",session=\"train\"} 3000"], fleet.Series("detached_seconds"));
    }

    [Theory]
    [InlineData("72h", 0, true)]
    [InlineData("72h", 599, true)]
    [InlineData("72h", 600, false)]
    [InlineData("5m", 299, true)]
    [InlineData("5m", 300, false)]
    public async Task Recent_output_makes_a_session_busy_and_does_not_change_detached_since(string legacyAfter, int secondsAgo, bool busy)
    {
        var printed = Start.ToUnixTimeSeconds() - secondsAgo;

        await using var fleet = await ReplayFleet.StartAsync(
            $"legacy_after: {legacyAfter}\n{ReplayFleet.OneHost}",
            w => w.Shell().Answer("tmux", $"U0:alice\nS$1:1767222000:0:1:1767222600::train\nP$1:%1:100:0:{printed}\n"));

        Assert.Equal(busy ? true : null, Session(fleet).Busy);
        Assert.Equal(busy ? ["fleet_tmux_session_busy{host=\"a\",user=\"alice\",session=\"train\"} 1"] : [], fleet.Series("session_busy"));
        Assert.EndsWith($" {Math.Max(printed, 1767222600)}", Assert.Single(fleet.Series("activity_timestamp")), StringComparison.Ordinal);
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1767222600), Session(fleet).DetachedSince);
    }

    [Fact]
    public async Task A_session_that_uses_CPU_is_busy_and_one_that_hardly_does_is_not()
    {
        await using var fleet = await ReplayFleet.StartAsync(prepare: w => w.Shell().Answer("tmux", Body(0, cpuTicks: 100, rss: 10)));
        await fleet.UntilAsync(() => fleet.Host().Outcomes.Contains("tmux"), TimeSpan.FromSeconds(5));
        Assert.Null(Session(fleet).Busy);
        Assert.Empty(fleet.Series("session_busy"));

        // The next poll is a whole interval later.
        await fleet.PassAsync(TimeSpan.FromSeconds(11));
        fleet.Shell().Answer("tmux", Body(0, cpuTicks: 102, rss: 20));
        await fleet.UntilAsync(() => Session(fleet).MemoryBytes == 20 * 4096 * 2.0, TimeSpan.FromSeconds(20));
        Assert.InRange(Session(fleet).CpuRatio!.Value, 0.001, 0.049);
        Assert.False(Session(fleet).Busy);
        Assert.Equal(["fleet_tmux_session_busy{host=\"a\",user=\"alice\",session=\"train\"} 0"], fleet.Series("session_busy"));

        fleet.Shell().Answer("tmux", Body(0, cpuTicks: 600, rss: 30));
        await fleet.UntilAsync(() => Session(fleet).MemoryBytes == 30 * 4096 * 2.0, TimeSpan.FromSeconds(20));
        Assert.True(Session(fleet).Busy);
    }

    [Theory]
    [InlineData("300")]
    [InlineData("[N/A]")]
    public async Task A_session_that_holds_GPU_memory_is_busy(string memory)
    {
        await using var fleet = await ReplayFleet.StartAsync(prepare: w =>
        {
            w.Shell().Answer("tmux", Body(0, 1, 1));
            w.Shell().Answer("gpu_processes", $"GPU-x, 101, python, {memory}\n");
        });
        await fleet.PassAsync(TimeSpan.FromSeconds(11));

        Assert.True(Session(fleet).Busy);
    }

    [Fact]
    public async Task Detached_since_is_the_time_of_detaching_not_of_attaching()
    {
        await using var fleet = await ReplayFleet.StartAsync(prepare: w => w.Shell().Answer("tmux", Body(1, 1, 1)));
        Assert.Null(Session(fleet).DetachedSince);
        Assert.Empty(fleet.Series("detached_seconds"));

        fleet.Shell().Answer("tmux", Body(0, 1, 1));
        await fleet.UntilAsync(() => Session(fleet).DetachedSince is not null, TimeSpan.FromSeconds(20));

        Assert.Equal(Start, Session(fleet).DetachedSince);
    }

    [Fact]
    public async Task Attached_times_from_before_a_restart_count()
    {
        var session = new TmuxSessionKey("alice", "$1", DateTimeOffset.FromUnixTimeSeconds(1767222000));
        var left = Start.AddMinutes(-1);

        await using var fleet = await ReplayFleet.StartAsync(prepare: w =>
        {
            w.Attached.Merge("a", ImmutableDictionary<TmuxSessionKey, AttachedTime>.Empty.Add(session, new AttachedTime(left, left)));
            w.Shell().Answer("tmux", Body(0, 1, 1));
        });

        Assert.Equal(left, Session(fleet).DetachedSince);
    }

    private static string Body(int attached, int cpuTicks, int rss) =>
        "U0:alice\n" + ReplayFleet.Tmux(attached) + HostCapture.Stat(100, 1, user: cpuTicks, rss: rss)
            + HostCapture.Stat(101, 100, user: cpuTicks, rss: rss);

    private static TmuxSessionState Session(ReplayFleet fleet) =>
        Assert.Single(Assert.Single(fleet.Host().Get<TmuxReading>(fleet.Clock.Now())!.Servers).Sessions);
}
