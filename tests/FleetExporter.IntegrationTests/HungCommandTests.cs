using FleetExporter.IntegrationTests.Parts;

namespace FleetExporter.IntegrationTests;

/// <summary>
/// Ways for nvidia-smi to hang. Each waits for the watchdog (15 to 30 s) and, for the recovery, for the minute a hung command is left alone.
/// </summary>
public abstract class HungCommandTests(string client) : SshTests(client)
{
    private static readonly TimeSpan Watchdog = TimeSpan.FromSeconds(50);
    private static readonly TimeSpan LeftAlone = TimeSpan.FromSeconds(100);

    private protected async Task CheckAsync(Action<FakeNvidiaSmi> hang, bool recovers)
    {
        await using var machine = await StartMachineAsync(path: FakeNvidiaSmi.FolderIn);
        var smi = FakeNvidiaSmi.H100(machine.Folder);
        await using var tmux = new TmuxServer(machine.User);
        await tmux.CreateAsync("before");
        await using var exporter = await machine.WatchAsync();
        await exporter.UntilAsync("the GPU", p => p.Of("fleet_gpu_info").Any());

        hang(smi);
        var page = await exporter.UntilAsync(
            "the collector fails", p => p.Find("fleet_collector_failures_total", ("collector", "gpu"), ("reason", "timeout")) >= 1);
        Assert.Equal(0, page.Value("fleet_collector_success", ("collector", "gpu")));
        Assert.True(Hung(machine).Count <= 1, "more than one nvidia-smi hangs");

        // The host and its sessions go on.
        await tmux.CreateAsync("meanwhile");
        var next = await exporter.UntilAsync("the new session", p => p.Of("fleet_tmux_session_info", ("session", "meanwhile")).Any());
        Assert.Equal(1, next.Value("fleet_collector_success", ("collector", "host")));
        Assert.True(At(await exporter.UntilAsync("new vitals", p => At(p) > At(next))) > At(page));
        var hung = Hung(machine).Select(p => p.Pid).ToHashSet();
        smi.Reset();
        await Until.TrueAsync(() => !Hung(machine).Any(p => hung.Contains(p.Pid)), "the watchdog kills what hangs", () => exporter.Log, Watchdog);
        Assert.Equal(1, (await exporter.PageAsync()).Value("fleet_ssh_up"));
        if (recovers)
        {
            await exporter.UntilAsync(
                "the GPU is back", p => p.Of("fleet_gpu_info").Any() && p.Find("fleet_collector_success", ("collector", "gpu")) == 1, LeftAlone);
            Assert.DoesNotContain(Hung(machine), p => hung.Contains(p.Pid));
            Assert.Equal("online", (await exporter.UntilOnlineAsync()).Text("status"));
        }
    }

    private protected static List<ProcessEntry> Hung(WatchedMachine machine) => [.. machine.User.Processes.Where(p => p.Name == "nvidia-smi")];

    private static double At(Page page) => page.Value("fleet_collector_last_success_timestamp_seconds", ("collector", "host"));
}

public abstract class HangingNvidiaSmiTests(string client) : HungCommandTests(client)
{
    [Fact]
    public Task A_hanging_nvidia_smi_fails_only_its_collectors_and_is_retried() => CheckAsync(smi => smi.Hang(), recovers: true);

    public sealed class WithBuiltinClient() : HangingNvidiaSmiTests("builtin");

    public sealed class WithOpenSsh() : HangingNvidiaSmiTests("openssh");
}

public abstract class UnkillableNvidiaSmiTests(string client) : HungCommandTests(client)
{
    [Fact]
    public Task An_nvidia_smi_that_ignores_TERM_is_killed() => CheckAsync(smi => smi.Hang(ignoresTerm: true), recovers: false);

    public sealed class WithBuiltinClient() : UnkillableNvidiaSmiTests("builtin");

    public sealed class WithOpenSsh() : UnkillableNvidiaSmiTests("openssh");
}

/// <summary>Alone: a stopped nvidia-smi anywhere on a machine keeps every watcher of it from starting another.</summary>
[CollectionDefinition(nameof(StoppedNvidiaSmiTests), DisableParallelization = true)]
[Collection(nameof(StoppedNvidiaSmiTests))]
public abstract class StoppedNvidiaSmiTests(string client) : HungCommandTests(client)
{
    /// <summary>
    /// A process called nvidia-smi in state D, as a driver that never answers leaves it: its clone shares its memory and it waits for that one's end
    /// (CLONE_VM, CLONE_VFORK; the numbers are clone's on x86-64 and arm64).
    /// </summary>
    private const string WaitInTheKernel =
        """$0 = "nvidia-smi"; my $clone = `uname -m` =~ /aarch64/ ? 220 : 56; """
            + "syscall($clone, 0x4000 | 0x100 | 17, 0, 0, 0, 0) or do { sleep 60; kill 9, $$ }";

    [Fact]
    public async Task An_nvidia_smi_that_hangs_in_the_kernel_keeps_the_service_from_starting_another()
    {
        await using var machine = await StartMachineAsync(path: FakeNvidiaSmi.FolderIn);
        FakeNvidiaSmi.H100(machine.Folder);
        await using var old = Child.Start("setpriv", machine.User.As("perl", "-e", WaitInTheKernel));
        await Until.TrueAsync(() => Hung(machine).Any(p => p.State == 'D'), "it waits in the kernel", () => old.Output);
        var before = Hung(machine).Select(p => p.Pid).ToHashSet();
        await using var exporter = await machine.WatchAsync();
        var host = await exporter.UntilHostAsync("why not", h =>
            h.Text("reason").Contains("an earlier nvidia-smi hangs", StringComparison.Ordinal));
        Assert.Equal("degraded", host.Text("status"));
        Assert.Subset(before, Hung(machine).Select(p => p.Pid).ToHashSet());
        Assert.Equal(1, (await exporter.PageAsync()).Value("fleet_collector_success", ("collector", "host")));
        foreach (var pid in before)
        {
            Processes.Send(pid, Signal.Kill);
        }
    }

    [Fact]
    public async Task A_suspended_nvidia_smi_blocks_nothing()
    {
        await using var machine = await StartMachineAsync(path: FakeNvidiaSmi.FolderIn);
        var smi = FakeNvidiaSmi.H100(machine.Folder);
        smi.Stop();
        await using var suspended = Child.Start("setpriv", machine.User.As(machine.Folder.PathOf("smi", "nvidia-smi"), "-q"));
        await Until.TrueAsync(() => Hung(machine) is [{ State: 'T' }], "it is stopped", () => suspended.Output);
        smi.Reset();
        await using var exporter = await machine.WatchAsync();
        await exporter.UntilAsync("the GPU", p => p.Of("fleet_gpu_info").Any());
    }

    [Fact]
    public Task An_nvidia_smi_that_is_stopped_is_killed() => CheckAsync(smi => smi.Stop(), recovers: false);

    public sealed class WithBuiltinClient() : StoppedNvidiaSmiTests("builtin");

    public sealed class WithOpenSsh() : StoppedNvidiaSmiTests("openssh");
}
