using FleetExporter.IntegrationTests.Parts;

namespace FleetExporter.IntegrationTests;

/// <summary>Whose processes are on the GPUs: real users, tmux sessions, services and containers, listed by a replayed GPU.</summary>
public abstract class GpuOwnersTests(string client) : SshTests(client)
{
    private const string Gpu = "GPU-00000000-0000-0000-0000-000000000000";
    private const string OddName = "a;$(id) \"ü\" |'`";
    private const double Mebi = 1024 * 1024;

    [Fact]
    public async Task Every_process_has_its_user_session_unit_and_container()
    {
        await using var machine = await StartMachineAsync(path: FakeNvidiaSmi.FolderIn);
        var smi = FakeNvidiaSmi.H100(machine.Folder);
        await using var maria = await TestUser.CreateAsync(machine.Folder);
        await using var jonas = await TestUser.CreateAsync(machine.Folder);
        await using var tmux = new TmuxServer(machine.User);
        var session = await tmux.CreateAsync(OddName, "exec sleep 600");
        var inTmux = int.Parse(await tmux.AskAsync(session, "#{pane_pid}"), System.Globalization.CultureInfo.InvariantCulture);
        await using var odd = Child.Start("setpriv", maria.As("bash", "-c", "exec -a 'x) R 1, 2\n/proc/1/status:Uid: 0' sleep 600"));
        await using var service = Child.Start("setpriv", jonas.As("sleep", "600"));
        using var unit = Cgroup.Create($"system.slice/fx-{service.Pid}.service", service.Pid);
        await using var podman = await PodmanEngine.CreateAsync(machine.Folder);
        var (id, contained) = await podman.StartAsync($"fx-{service.Pid}");
        var (other, ofMaria) = await podman.StartAsync($"fx-{service.Pid}-maria", $"{maria.Uid}");
        smi.Processes(
            (Gpu, inTmux, "python", 1000), (Gpu, odd.Pid, "python", 2000), (Gpu, service.Pid, "vllm", 3000), (Gpu, contained, "python", 4000),
            (Gpu, ofMaria, "python", 500));
        await using var exporter = await machine.WatchAsync();

        var page = await exporter.UntilAsync("all users are known", p => p.Of("fleet_gpu_user_memory_bytes", ("user", "root")).Any());

        Assert.Equal(
            new Dictionary<string, double>
            {
                [machine.User.Name] = 1000 * Mebi,
                [maria.Name] = 2500 * Mebi,
                [jonas.Name] = 3000 * Mebi,
                ["root"] = 4000 * Mebi,
            },
            page.Of("fleet_gpu_user_memory_bytes").ToDictionary(s => s["user"], s => s.Value));
        Assert.Equal(
            new HashSet<(string, string, string, double)> { ("podman", id[..12], "", 4000 * Mebi), ("podman", other[..12], "", 500 * Mebi) },
            page.Of("fleet_gpu_container_memory_bytes").Select(c => (c["runtime"], c["container"], c["pod"], c.Value)).ToHashSet());
        var processes = (await exporter.UntilHostAsync(
                "the session is known", h => h.List("gpus")[0].List("processes").Any(p => p["session"] is not null)))
            .List("gpus")[0].List("processes").ToDictionary(p => p["pid"]!.GetValue<int>());
        Assert.Equal(OddName, processes[inTmux].Text("session"));
        Assert.Equal(maria.Name, processes[odd.Pid].Text("user"));
        Assert.Equal($"fx-{service.Pid}.service", processes[service.Pid].Text("unit"));
        Assert.Equal(("podman", id[..12]), (processes[contained]["container"]!.Text("runtime"), processes[contained]["container"]!.Text("id")));
        Assert.Equal((maria.Name, other[..12]), (processes[ofMaria].Text("user"), processes[ofMaria]["container"]!.Text("id")));
        Assert.All(processes.Values, p => Assert.Null(p["user_unknown"]));
    }

    [Fact]
    public async Task A_container_has_its_name_where_the_login_user_may_ask_the_engine()
    {
        await using var machine = await StartMachineAsync(path: FakeNvidiaSmi.FolderIn);
        var smi = FakeNvidiaSmi.H100(machine.Folder);
        await using var podman = await PodmanEngine.CreateAsync(machine.Folder);
        await podman.ServeAsync("smi");
        await machine.User.WriteAsync(".local/share/containers/storage/used", "");
        var name = $"fx{machine.User.Uid}_x.y-1";
        var (_, contained) = await podman.StartAsync(name);
        smi.Processes((Gpu, contained, "python", 4000));
        await using var exporter = await machine.WatchAsync();

        var page = await exporter.UntilAsync("its name is known", p => p.Of("fleet_gpu_container_memory_bytes", ("container", name)).Any());
        Assert.Single(page.Of("fleet_gpu_container_memory_bytes"));
    }

    [Fact]
    public async Task Where_proc_hides_other_users_theirs_are_unknown_and_that_is_said()
    {
        await using var machine = await StartMachineAsync(path: FakeNvidiaSmi.FolderIn, setup: "mount -t proc -o hidepid=2 proc /proc");
        var smi = FakeNvidiaSmi.H100(machine.Folder);
        await using var maria = await TestUser.CreateAsync(machine.Folder);
        await using var own = Child.Start("setpriv", machine.User.As("sleep", "600"));
        await using var other = Child.Start("setpriv", maria.As("sleep", "600"));
        smi.Processes((Gpu, own.Pid, "python", 1000), (Gpu, other.Pid, "python", 2000));
        await using var exporter = await machine.WatchAsync();

        var page = await exporter.UntilAsync("the own user is known", p => p.Of("fleet_gpu_user_memory_bytes", ("user", machine.User.Name)).Any());

        Assert.Equal(2000 * Mebi, page.Value("fleet_gpu_user_memory_bytes", ("user", "(unknown)")));
        var processes = (await exporter.HostAsync()).List("gpus")[0].List("processes").ToDictionary(p => p["pid"]!.GetValue<int>());
        Assert.Equal("hidden", processes[other.Pid].Text("user_unknown"));
        Assert.Null(processes[own.Pid]["user_unknown"]);
    }

    [Fact]
    public async Task A_pid_that_is_used_again_does_not_give_its_process_to_another_user()
    {
        await using var machine = await StartMachineAsync(path: FakeNvidiaSmi.FolderIn);
        var smi = FakeNvidiaSmi.H100(machine.Folder);
        await using var maria = await TestUser.CreateAsync(machine.Folder);
        smi.Processes();
        await using var exporter = await machine.WatchAsync();
        Child? second = null;
        for (var tries = 0; second is null; tries++)
        {
            Assert.True(tries < 5, "Every pid was taken by something else before it could be used again.");
            await using var first = Child.Start("setpriv", machine.User.As("sleep", "600"));
            smi.Processes((Gpu, first.Pid, "python", 1000));
            await exporter.UntilAsync("the user is known", p => p.Of("fleet_gpu_user_memory_bytes", ("user", machine.User.Name)).Any());
            await first.KillAsync();
            smi.Processes();
            await exporter.UntilAsync("it is gone", p => p.Find("fleet_gpu_processes") == 0);
            second = await StartWithPidAsync(maria, first.Pid);
        }

        await using var again = second;
        smi.Processes((Gpu, again.Pid, "python", 1000));

        var page = await exporter.UntilAsync("the other user is known", p => p.Of("fleet_gpu_user_memory_bytes", ("user", maria.Name)).Any());
        Assert.Single(page.Of("fleet_gpu_user_memory_bytes"));
    }

    /// <summary>The kernel gives a new process the pid after the last one, which may be set. Null where something else has this pid by now.</summary>
    private static async Task<Child?> StartWithPidAsync(TestUser user, int pid)
    {
        for (var tries = 0; tries < 50; tries++)
        {
            await File.WriteAllTextAsync("/proc/sys/kernel/ns_last_pid", $"{pid - 1}");
            var child = Child.Start("setpriv", user.As("sleep", "600"));
            if (child.Pid == pid)
            {
                return child;
            }

            await child.DisposeAsync();
        }

        return null;
    }

    public sealed class WithBuiltinClient() : GpuOwnersTests("builtin");

    public sealed class WithOpenSsh() : GpuOwnersTests("openssh");
}
