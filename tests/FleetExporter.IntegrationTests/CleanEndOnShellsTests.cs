using System.Diagnostics;
using FleetExporter.IntegrationTests.Parts;

namespace FleetExporter.IntegrationTests;

/// <summary>
/// Runs cases of <see cref="CleanEndTests"/> and <see cref="HungCommandTests"/> on a host with this <c>sh</c>.
/// Polls every 2 s, so the lease is 2 s.
/// </summary>
public abstract class CleanEndOnShellsTests(string sh, string client) : SshTests(client)
{
    private static readonly TimeSpan AtOnce = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan TwoLeases = TimeSpan.FromSeconds(4 + 2);
    private static readonly TimeSpan GpuWatchdog = TimeSpan.FromSeconds(30 + 5);

    /// <summary>
    /// A fake tmux with several behaviours: <c>huge</c> answers 3 MiB after a second, <c>wrapped</c> hangs in a child process,
    /// <c>kernel</c> waits in state D for a clone that shares its memory (CLONE_VM, CLONE_VFORK; the numbers are clone's on x86-64 and arm64).
    /// </summary>
    private const string Tmux = """
        #!/usr/bin/perl
        use POSIX ();
        my ($here) = $0 =~ m{(.*)/};
        if (-e "$here/huge") { sleep 1; print "no server running on ", "x" x (3 << 20), "\n"; exit 1 }
        if (-e "$here/wrapped") { system("sleep 4711"); exit 1 }
        if (-e "$here/kernel") {
          my $clone = `uname -m` =~ /aarch64/ ? 220 : 56;
          syscall($clone, 0x4000 | 0x100 | 17, 0, 0, 0, 0) or do { POSIX::close($_) for 0 .. 2; sleep 60; kill 9, $$ };
        }
        print "no server running on /tmp\n"; exit 1
        """;

    [Fact]
    public async Task A_killed_service_leaves_no_process()
    {
        await using var machine = await StartAsync();
        await using var exporter = await WatchAsync(machine);
        await exporter.KillAsync();
        await GoneAsync(machine, AtOnce, exporter);
    }

    [Fact]
    public async Task The_sampler_of_a_stopped_service_ends_with_its_lease()
    {
        await using var machine = await StartAsync();
        await using var exporter = await WatchAsync(machine);
        var watch = Stopwatch.StartNew();
        exporter.Send(Signal.Stop);
        // With the built-in client sshd itself stays: the stopped service is its client.
        await Until.TrueAsync(
            () => machine.User.Processes.All(p => Client == "builtin" && p.Name.StartsWith("sshd", StringComparison.Ordinal)), "the sampler is gone",
            () => Show(machine, exporter), TwoLeases);
        Assert.True(watch.Elapsed > TimeSpan.FromSeconds(1), "it was gone before its lease");
    }

    [Fact]
    public async Task A_killed_SSH_session_ends_its_sampler()
    {
        await using var machine = await StartAsync();
        await using var exporter = await WatchAsync(machine);
        var sampler = Assert.Single(machine.User.Samplers);
        Processes.Send(Assert.Single(machine.User.Processes, p => p.Name.StartsWith("sshd", StringComparison.Ordinal)).Pid, Signal.Kill);
        await Until.TrueAsync(() => Left(machine, sampler) is null, "the sampler is gone", () => Show(machine, exporter), AtOnce);
        await exporter.UntilAsync("it is connected again", p => p.Find("fleet_ssh_reconnects_total") == 1 && p.Find("fleet_ssh_up") == 1);
    }

    [Fact]
    public async Task A_sampler_with_unread_output_ends_with_its_lease()
    {
        await using var machine = await StartAsync();
        await using var exporter = await WatchAsync(machine);
        var sampler = Assert.Single(machine.User.Samplers);
        SetTmuxBehaviour(machine, "huge");
        await Until.TrueAsync(() => Tmuxes(machine).Count > 0, "tmux runs", () => Show(machine, exporter));
        exporter.Send(Signal.Stop);
        try
        {
            // The first argument of the system call it is in: 1 is standard output.
            await Until.TrueAsync(
                () => Blocked(sampler) == "0x1", "the sampler's write waits", () => $"{Blocked(sampler)}\n{Show(machine, exporter)}",
                TimeSpan.FromSeconds(4));
            // sshd itself stays until its client reads what it has.
            await Until.TrueAsync(() => Left(machine, sampler) is null, "the sampler is gone", () => Show(machine, exporter), TwoLeases);
            Assert.All(machine.User.Processes, p => Assert.StartsWith("sshd", p.Name, StringComparison.Ordinal));
        }
        finally
        {
            exporter.Send(Signal.Cont);
        }

        await exporter.UntilAsync("it is connected again", p => p.Find("fleet_ssh_reconnects_total") >= 1 && p.Find("fleet_ssh_up") == 1);
    }

    [Fact]
    public Task A_command_that_ignores_TERM_or_is_stopped_is_killed_and_its_sampler_continues() =>
        Task.WhenAll(IsKilledAsync(smi => smi.Hang(ignoresTerm: true)), IsKilledAsync(smi => smi.Stop()));

    [Fact]
    public async Task A_command_stuck_in_the_kernel_fails_only_its_collector()
    {
        await using var machine = await StartAsync();
        await using var exporter = await WatchAsync(machine);
        SetTmuxBehaviour(machine, "kernel");
        await Until.TrueAsync(() => Tmuxes(machine).Any(p => p.State == 'D'), "tmux waits in the kernel", () => Show(machine, exporter));
        var hung = Tmuxes(machine).Where(p => p.State == 'D').Select(p => p.Pid).ToList();
        SetTmuxBehaviour(machine, null);
        await exporter.UntilAsync("it fails", p => p.Find("fleet_collector_failures_total", ("collector", "tmux"), ("reason", "timeout")) >= 1);
        await Until.TrueAsync(() => !Tmuxes(machine).Any(p => hung.Contains(p.Pid)), "it is killed", () => Show(machine, exporter), TwoLeases);
        await VitalsAsync(exporter);
    }

    [Fact]
    public async Task The_children_of_a_hung_command_are_killed_with_it()
    {
        await using var machine = await StartAsync();
        await using var exporter = await WatchAsync(machine);
        var sampler = Assert.Single(machine.User.Samplers);
        SetTmuxBehaviour(machine, "wrapped");
        await Until.TrueAsync(() => Sleepers(machine).Count > 0, "tmux' child hangs", () => Show(machine, exporter));
        var hung = Sleepers(machine).Select(p => p.Pid).ToList();
        await Until.TrueAsync(() => !Sleepers(machine).Any(p => hung.Contains(p.Pid)), "it is killed", () => Show(machine, exporter), TwoLeases);
        Assert.True(Sleepers(machine).Count <= 1, Show(machine, exporter));
        SetTmuxBehaviour(machine, null);
        await VitalsAsync(exporter);
        Assert.Equal(sampler.Pid, Assert.Single(machine.User.Samplers).Pid);
    }

    private async Task IsKilledAsync(Action<FakeNvidiaSmi> hang)
    {
        await using var machine = await StartAsync();
        var smi = FakeNvidiaSmi.H100(machine.Folder);
        await using var exporter = await WatchAsync(machine, "gpu_polling: call");
        await exporter.UntilAsync("the GPU", p => p.Of("fleet_gpu_info").Any());
        await Until.TrueAsync(() => machine.User.Samplers.Count == 2, "two samplers", () => Show(machine, exporter));
        var samplers = machine.User.Samplers.Select(s => s.Pid).Order().ToList();

        hang(smi);
        await Until.TrueAsync(() => Hung().Count > 0, "nvidia-smi hangs", () => Show(machine, exporter));
        var hung = Assert.Single(Hung()).Pid;
        smi.Reset();
        await Until.TrueAsync(() => !Hung().Any(p => p.Pid == hung), "the watchdog kills it", () => Show(machine, exporter), GpuWatchdog);
        var page = await exporter.UntilAsync(
            "it failed alone", p => p.Find("fleet_collector_failures_total", ("collector", "gpu"), ("reason", "timeout")) >= 1);
        Assert.Equal(1, page.Value("fleet_collector_success", ("collector", "host")));
        Assert.Equal(samplers, machine.User.Samplers.Select(s => s.Pid).Order());

        List<ProcessEntry> Hung() => [.. machine.User.Processes.Where(p => p.Name == "nvidia-smi")];
    }

    private Task<WatchedMachine> StartAsync() => StartMachineAsync(path: folder =>
    {
        var bin = folder.Make("bin");
        File.CreateSymbolicLink(Path.Combine(bin, "sh"), sh);
        folder.Write("bin/tmux", Tmux, executable: true);
        return $"{bin}:{FakeNvidiaSmi.FolderIn(folder)}";
    });

    private static async Task<Exporter> WatchAsync(WatchedMachine machine, string box = "")
    {
        var exporter = await Exporter.StartAsync(machine.Folder, machine.Config(box, interval: 2));
        await VitalsAsync(exporter);
        return exporter;
    }

    /// <summary>Connected, and new vitals come.</summary>
    private static async Task VitalsAsync(Exporter exporter)
    {
        var before = At(await exporter.PageAsync());
        await exporter.UntilAsync("new vitals", p => p.Find("fleet_ssh_up") == 1 && At(p) > before);

        static double At(Page page) => page.Find("fleet_collector_last_success_timestamp_seconds", ("collector", "host")) ?? 0;
    }

    /// <summary>Selects the behaviour of tmux; null for normal.</summary>
    private static void SetTmuxBehaviour(WatchedMachine machine, string? what)
    {
        foreach (var word in new[] { "huge", "wrapped", "kernel" })
        {
            File.Delete(machine.Folder.PathOf("bin", word));
        }

        if (what is not null)
        {
            machine.Folder.Write($"bin/{what}", "");
        }
    }

    private static List<ProcessEntry> Tmuxes(WatchedMachine machine) => [.. machine.User.Processes.Where(p => p.Name == "tmux")];

    private static List<ProcessEntry> Sleepers(WatchedMachine machine) => [.. machine.User.Processes.Where(p => p.CommandLine == "sleep 4711")];

    private static ProcessEntry? Left(WatchedMachine machine, ProcessEntry sampler) =>
        machine.User.Processes.FirstOrDefault(p => p.Pid == sampler.Pid);

    private static string Blocked(ProcessEntry process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process.Pid}/syscall").Split(' ').ElementAtOrDefault(1) ?? "";
        }
        catch (IOException e)
        {
            return e.Message;
        }
    }

    private static Task GoneAsync(WatchedMachine machine, TimeSpan limit, Exporter exporter) =>
        Until.TrueAsync(() => machine.User.Processes.Count == 0, "nothing is left on the host", () => Show(machine, exporter), limit);

    private static string Show(WatchedMachine machine, Exporter exporter) => $"{string.Join('\n', machine.User.Processes)}\n--- log\n{exporter.Log}";
}

public sealed class CleanEndOnDashTests() : CleanEndOnShellsTests("/bin/dash", "builtin");

public sealed class CleanEndOnBashTests() : CleanEndOnShellsTests("/bin/bash", "builtin");

public sealed class CleanEndOnBusyboxTests() : CleanEndOnShellsTests("/usr/bin/busybox", "builtin");

/// <summary>What a shell does depends on sshd, not on the client: one shell stands for all.</summary>
public sealed class CleanEndWithOpenSshOnDashTests() : CleanEndOnShellsTests("/bin/dash", "openssh");
