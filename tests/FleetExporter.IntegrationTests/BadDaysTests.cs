using System.Globalization;
using FleetExporter.IntegrationTests.Parts;

namespace FleetExporter.IntegrationTests;

/// <summary>Common incidents of hosts: full disks, reboots, network outages and detached tmux sessions.</summary>
public abstract class BadDaysTests(string client) : SshTests(client)
{
    [Fact]
    public async Task A_full_disk_is_published_and_breaks_nothing()
    {
        // A mount namespace of the server's own.
        await using var machine = await StartMachineAsync(path: FakeNvidiaSmi.FolderIn, setup: "true");
        FakeNvidiaSmi.H100(machine.Folder);
        await using var exporter = await machine.WatchAsync();
        await exporter.UntilAsync("the GPU", p => p.Of("fleet_gpu_info").Any());
        await exporter.UntilOnlineAsync();

        // The home directory and /tmp are one small disk, on which the test's folder has to stay visible.
        var image = machine.Folder.PathOf("disk.img");
        await Tool.RunAsync("truncate", "-s", "16M", image);
        await Tool.RunAsync("mkfs.ext4", "-q", "-m", "0", image);
        var (home, folder) = (machine.User.Home, machine.Folder.Path);
        await machine.Server.InsideAsync($"""
            set -e
            mount -o loop {image} {home}
            chown {machine.User.Uid}:{machine.User.Gid} {home}
            mkdir -m 1777 {home}/tmp
            mount --rbind {folder} /mnt
            mount --bind {home}/tmp /tmp
            mkdir {folder}
            mount --rbind /mnt {folder}
            dd if=/dev/zero of={home}/big bs=64k 2>/dev/null || dd if=/dev/zero of={home}/small bs=512 2>/dev/null || true
            ! echo more >{home}/more 2>/dev/null
            """);
        var page = await exporter.ProbeAsync();
        var disk = Assert.Single(page.Of("fleet_host_filesystem_available_bytes", ("mountpoint", home)));
        Assert.Equal(("ext4", 0), (disk["fstype"], disk.Value));
        Assert.True(page.Value("fleet_host_filesystem_size_bytes", ("mountpoint", home)) > 0);
        Assert.Contains("No space left", (await machine.User.TryAsync(
            "cp", "/bin/sh", $"/proc/{machine.User.Samplers[0].Pid}/root/tmp/")).Error, StringComparison.Ordinal);
        await GoesOnAsync(exporter, "the full disk");

        // A login with a full disk works like any other.
        machine.Server.KillSessions();
        await exporter.UntilAsync("it is connected again", p => p.Find("fleet_ssh_reconnects_total") == 1 && p.Find("fleet_ssh_up") == 1);
        await exporter.UntilOnlineAsync();
        var failures = (await exporter.JsonAsync("/debug/hosts/box")).List("failures");
        Assert.All(failures, f => Assert.True(f.Text("what") == "ssh" || f.Text("reason") == "timeout", f.ToJsonString()));
    }

    [Fact]
    public async Task A_host_that_reboots_is_watched_again_with_counters_from_zero()
    {
        await using var machine = await StartMachineAsync(path: FakeNvidiaSmi.FolderIn);
        FakeNvidiaSmi.H100(machine.Folder);
        // What was read before the reboot stays in memory until after it.
        await using var exporter = await Exporter.StartAsync(machine.Folder, machine.Config() + "stale_after_polls: 100\n");
        var before = await exporter.UntilAsync("the GPU and CPU", p =>
            p.Of("fleet_gpu_info").Any() && p.Find("fleet_host_cpu_seconds_total", ("mode", "user")) > 10);
        await exporter.UntilOnlineAsync();

        await machine.Server.StopAsync();
        await exporter.UntilAsync("the connection is gone", p => p.Find("fleet_ssh_up") == 0, TimeSpan.FromSeconds(3));
        await machine.User.WriteAsync(".bashrc", "echo The system was rebooted\necho '@0 frame 1 2'\nprintf 'no line feed'\n");
        var booted = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        var (stat, id) = (machine.Folder.PathOf("stat"), machine.Folder.Write("boot_id", $"{Guid.NewGuid()}\n"));
        WriteStat(stat, booted, busy: 100, idle: 900);
        machine.Server.Setup = $"mount --bind {id} /proc/sys/kernel/random/boot_id && mount --bind {stat} /proc/stat";
        await exporter.UntilFailsAsync("refused", limit: TimeSpan.FromSeconds(20));
        var debug = await exporter.JsonAsync("/debug/hosts/box");
        Assert.Contains(debug.List("failures"), f => f.Text("what") == "ssh" && f.Text("reason") == "closed");
        await machine.Server.StartAgainAsync();

        var page = await exporter.UntilAsync(
            "it counts from zero", p => p.Find("fleet_host_cpu_seconds_total", ("mode", "user")) == 1, TimeSpan.FromSeconds(60));
        Assert.Equal(booted, page.Value("fleet_host_boot_timestamp_seconds"));
        Assert.NotEqual(booted, before.Value("fleet_host_boot_timestamp_seconds"));
        Assert.Null((await exporter.HostAsync()).Number("cpu_percent"));
        HashSet<double> seen = [];
        WriteStat(stat, booted, busy: 300, idle: 2500);
        await exporter.UntilHostAsync("CPU use", h => h.Number("cpu_percent") is { } percent && seen.Add(percent));
        Assert.Equal([20], seen);
        page = await exporter.UntilAsync("the GPU", p => p.Of("fleet_gpu_info").Any());
        Assert.Equal(0, page.Value("fleet_host_gpus_lost"));
        Assert.Equal(1, page.Value("fleet_ssh_reconnects_total"));
        await exporter.UntilOnlineAsync();
    }

    [Fact]
    public async Task A_hanging_host_is_reported_within_two_intervals_and_delays_no_other()
    {
        await using var machine = await StartMachineAsync();
        await using var other = await SshServer.StartAsync(machine.Folder, "other");
        await using var exporter = await machine.WatchWithAsync(other);

        machine.Server.Pause();
        // Two intervals, and a second for a loaded machine.
        await exporter.UntilHostAsync(
            "it says what is wrong", h => h.Text("status") != "online" && h.Text("reason").Length > 0, limit: TimeSpan.FromSeconds(3));
        await GoesOnAsync(exporter, "the other host", "other");
        await exporter.UntilHostAsync("it is offline", h => h.Text("status") == "offline", limit: TimeSpan.FromSeconds(6));
        var page = await exporter.PageAsync();
        Assert.Empty(page.Of("fleet_host_memory_total_bytes", ("host", "box")));
        Assert.Empty(page.Of("fleet_collector_failures_total", ("host", "other")));
        Assert.Equal(0, page.Value("fleet_ssh_reconnects_total", ("host", "other")));
        Assert.Equal(1, page.Value("fleet_host_status", ("host", "other"), ("status", "online")));
    }

    [Fact]
    public async Task Detach_times_survive_a_restart()
    {
        await using var machine = await StartMachineAsync();
        await using var tmux = new TmuxServer(machine.User);
        var id = await tmux.CreateAsync("work");
        DateTimeOffset left;
        await using (var exporter = await machine.WatchAsync())
        {
            await tmux.AttachAsync(id);
            await exporter.UntilAsync("somebody is attached", p => p.Find("fleet_tmux_session_attached_clients", ("session", "work")) == 1);
            // Waits, because tmux reports attach times but no detach times.
            await Task.Delay(TimeSpan.FromSeconds(4), TestContext.Current.CancellationToken);
            var seen = TimeProvider.System.GetUtcNow();
            await tmux.RunAsync("detach-client", "-s", id);
            left = await DetachedSinceAsync(exporter);
            var came = long.Parse(await tmux.AskAsync(id, "#{session_last_attached}"), CultureInfo.InvariantCulture);
            Assert.True(left >= DateTimeOffset.FromUnixTimeSeconds(came + 2), $"{left:O} is when the client came: {came}");
            Assert.InRange(left, seen.AddSeconds(-3), TimeProvider.System.GetUtcNow().AddSeconds(1));
            await exporter.StopAsync();
        }

        await using var next = await machine.WatchAsync();
        Assert.Equal(left, await DetachedSinceAsync(next));

        static async Task<DateTimeOffset> DetachedSinceAsync(Exporter exporter) => (await Until.SeenAsync(
            async () => (await exporter.JsonAsync("/api/sessions/box:work"))["detached_since"], "nobody is attached", () => exporter.Log))
                .GetValue<DateTimeOffset>();
    }

    /// <summary>Three more polls succeed.</summary>
    private static async Task GoesOnAsync(Exporter exporter, string in_, string host = "box")
    {
        var from = At(await exporter.PageAsync());
        await exporter.UntilAsync($"{host} goes on in spite of {in_}", p => At(p) > from + 2.5, TimeSpan.FromSeconds(10));

        double At(Page page) => page.Value("fleet_collector_last_success_timestamp_seconds", ("host", host), ("collector", "host"));
    }

    /// <summary>In one write and of one length: the file is read at any time.</summary>
    private static void WriteStat(string path, long booted, int busy, int idle)
    {
        var counters = string.Create(CultureInfo.InvariantCulture, $"{busy,8} 0 {busy - 100,8} {idle,8} 0 0 0 0 0 0");
        using var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite);
        file.Write(System.Text.Encoding.ASCII.GetBytes($"cpu  {counters}\ncpu0 {counters}\nintr 1\nctxt 1\nbtime {booted}\nprocesses 1\n"));
    }

    public sealed class WithBuiltinClient() : BadDaysTests("builtin");

    public sealed class WithOpenSsh() : BadDaysTests("openssh");
}
