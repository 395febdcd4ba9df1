using FleetExporter.Collectors;
using FleetExporter.Parsing;
using FleetExporter.Tests.Parsing;

namespace FleetExporter.Tests.Polling.Derivation;

/// <summary>In which tmux session a process on a GPU runs, and that it is said to have ended only when tmux says so.</summary>
public sealed class GpuSessionsTests
{
    private const string Gpu = "GPU-00000000-0000-0000-0000-000000000000";
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_session_that_is_gone_has_ended_and_that_is_remembered()
    {
        await using var fleet = await StartAsync();
        fleet.Shell().Answer("tmux", "U1:alice\nno server running on /tmp/tmux-1000/default\n");
        await fleet.UntilAsync(() => Process(fleet).HasSessionEnded, Soon);
        Assert.Equal("train", Process(fleet).Session?.Name);

        // The owner is not known for a while.
        fleet.Shell().Answer("gpu_owners", "", 137);
        await fleet.PassAsync(TimeSpan.FromMinutes(4));
        Assert.Null(Process(fleet).Session);
        fleet.Shell().Answer("gpu_owners", Owners(777));
        await fleet.UntilAsync(() => Process(fleet).HasSessionEnded, TimeSpan.FromMinutes(2));
        Assert.Contains(fleet.Series("fleet_gpu_orphaned_processes{"), s => s.EndsWith(" 1", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_process_that_left_a_session_which_goes_on_is_no_orphan()
    {
        await using var fleet = await StartAsync();
        fleet.Shell().Answer("tmux", "U0:alice\n" + ReplayFleet.Tmux(0) + HostCapture.Stat(101, 1));
        await fleet.PassAsync(Soon);

        Assert.Equal(("train", false), (Process(fleet).Session?.Name, Process(fleet).HasSessionEnded));
    }

    [Theory]
    [InlineData("U1:alice\nerror connecting to /tmp/tmux-1000/default (Permission denied)\n", 0)]
    [InlineData("", 137)]
    public async Task A_server_that_does_not_tell_has_ended_nothing(string tmux, int status)
    {
        await using var fleet = await StartAsync();
        fleet.Shell().Answer("tmux", tmux, status);
        await fleet.PassAsync(TimeSpan.FromMinutes(2));

        Assert.False(Process(fleet).HasSessionEnded);
    }

    [Fact]
    public async Task A_pid_that_is_used_again_has_not_the_session_of_the_one_before()
    {
        await using var fleet = await StartAsync();
        fleet.Shell().Answer("gpu_owners", Owners(778));
        await fleet.UntilAsync(() => Process(fleet).Owner?.StartTicks == 778, TimeSpan.FromMinutes(2));

        Assert.Null(Process(fleet).Session);
    }

    /// <summary>A process on the GPU that runs in the tmux session train.</summary>
    private static async Task<ReplayFleet> StartAsync()
    {
        var fleet = await ReplayFleet.StartAsync(prepare: f =>
        {
            f.Shell().Answer("gpu_processes", $"{Gpu}, 100, python, 100\n");
            f.Shell().Answer("gpu_owners", Owners(777));
        });
        await fleet.UntilAsync(() => Process(fleet).Session is not null, TimeSpan.FromMinutes(1));
        Assert.False(Process(fleet).HasSessionEnded);
        return fleet;
    }

    private static OwnedGpuProcess Process(ReplayFleet fleet) =>
        fleet.Host().Get<GpuProcessesReading>(fleet.Clock.Now()) is { Processes: [var process] }
            ? process
            : new OwnedGpuProcess(new GpuProcess(), null, null);

    private static string Owners(int start) => $"/proc/100/stat:{HostCapture.Stat(100, 1, start: start)}/proc/100/status:Uid:\t1000\t1000\n"
        + "ns:pid:[4026531836]\nn:1000:alice\n";
}
