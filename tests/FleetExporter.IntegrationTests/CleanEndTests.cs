using System.Diagnostics;
using FleetExporter.IntegrationTests.Parts;

namespace FleetExporter.IntegrationTests;

/// <summary>No process is left on a host, however the exporter or its ssh ends.</summary>
public abstract class CleanEndTests(string client) : SshTests(client)
{
    [Fact]
    public async Task A_killed_service_leaves_no_process_on_the_host_and_the_next_one_starts()
    {
        await using var machine = await StartAsync();
        await using (var exporter = await WatchAsync(machine))
        {
            // The built-in client needs no folder of sockets.
            Assert.Equal(Client == "openssh", Sockets(machine).Any());
            var clients = Processes.Below(exporter.Pid);
            await exporter.KillAsync();
            await GoneAsync(machine, TimeSpan.FromSeconds(2), exporter);
            var left = Processes.All().Where(p => clients.Any(c => c.Pid == p.Pid && c.CommandLine == p.CommandLine));
            Assert.Empty(left);
        }

        await using var next = await WatchAsync(machine);
        // The folder with the sockets of the killed run has been removed.
        Assert.All(Sockets(machine), folder => Assert.Contains($"-{next.Pid}-", folder, StringComparison.Ordinal));
        await next.StopAsync();
        await GoneAsync(machine, TimeSpan.FromSeconds(2), next);
        Assert.Empty(Sockets(machine));
    }

    [Fact]
    public async Task A_service_with_a_silent_host_stops_in_time()
    {
        await using var machine = await StartAsync();
        await using var exporter = await WatchAsync(machine);
        machine.Server.Pause();
        await exporter.UntilAsync("the silence is noticed", p => p.Find("fleet_collector_success", ("collector", "host")) == 0);
        var watch = Stopwatch.StartNew();
        await exporter.StopAsync();
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(8));
        machine.Server.Continue();
        await GoneAsync(machine, TimeSpan.FromSeconds(3), exporter);
    }

    [Fact]
    public async Task A_stopped_service_loses_its_samplers_within_two_leases_and_recovers()
    {
        await using var machine = await StartAsync();
        await using var exporter = await WatchAsync(machine);
        var watch = Stopwatch.StartNew();
        exporter.Send(Signal.Stop);
        try
        {
            // The vitals' lease is 2 s here, the one of the GPU stream and the loops 15 s.
            await Until.TrueAsync(
                () => machine.User.Samplers.Count == 3, "the vitals' sampler is gone", () => Show(machine), TimeSpan.FromSeconds(7));
            Assert.True(watch.Elapsed > TimeSpan.FromSeconds(1), "it was gone before its lease");
            await Until.TrueAsync(() => machine.User.Samplers.Count == 0, "all are gone", () => Show(machine), TimeSpan.FromSeconds(32));
            if (Client == "openssh")
            {
                await GoneAsync(machine, TimeSpan.FromSeconds(2), exporter);
            }
            else
            {
                // The stopped service is sshd's client itself, which sshd waits for.
                Assert.All(machine.User.Processes, p => Assert.StartsWith("sshd", p.Name, StringComparison.Ordinal));
            }
        }
        finally
        {
            exporter.Send(Signal.Cont);
        }

        await exporter.UntilAsync("it is connected again", p =>
            p.Find("fleet_ssh_reconnects_total") >= 1 && p.Find("fleet_host_status", ("status", "online")) == 1);
    }

    [Fact]
    public async Task A_host_removed_from_the_file_is_disconnected_at_once()
    {
        await using var machine = await StartAsync();
        await using var exporter = await WatchAsync(machine);
        machine.Folder.Write("fleet.yml", "hosts: []\n");
        exporter.Send(Signal.Hup);
        await GoneAsync(machine, TimeSpan.FromSeconds(3), exporter);
        await exporter.UntilAsync("nothing is said of the host any more", page => page.Samples.All(s => s["host"] != "box"), TimeSpan.FromSeconds(3));
    }

    private async Task<WatchedMachine> StartAsync()
    {
        var machine = await StartMachineAsync(path: FakeNvidiaSmi.FolderIn);
        FakeNvidiaSmi.H100(machine.Folder);
        return machine;
    }

    private static async Task<Exporter> WatchAsync(WatchedMachine machine)
    {
        var exporter = await machine.WatchAsync();
        await exporter.UntilAsync("both streams", p => p.Of("fleet_gpu_info").Any() && p.Find("fleet_host_memory_total_bytes") > 0);
        await Until.TrueAsync(
            () => machine.User.Samplers.Count == 4 && machine.User.Loops.Count == 2, "two samplers and two loops", () => Show(machine));
        return exporter;
    }

    /// <summary>Waits until the user has no process.</summary>
    private static Task GoneAsync(WatchedMachine machine, TimeSpan limit, Exporter exporter) =>
        Until.TrueAsync(() => machine.User.Processes.Count == 0, "nothing is left on the host", () => $"{Show(machine)}\n{exporter.Log}", limit);

    private static IEnumerable<string> Sockets(WatchedMachine machine) => Directory.EnumerateDirectories(machine.Folder.PathOf("run"));

    private static string Show(WatchedMachine machine) => string.Join('\n', machine.User.Processes);

    public sealed class WithBuiltinClient() : CleanEndTests("builtin");

    public sealed class WithOpenSsh() : CleanEndTests("openssh")
    {
        [Fact]
        public async Task A_killed_ssh_client_ends_its_sampler_and_the_host_is_reconnected()
        {
            await using var machine = await StartAsync();
            await using var exporter = await WatchAsync(machine);
            var samplers = machine.User.Samplers.Select(s => s.Pid).ToHashSet();
            foreach (var ssh in Processes.Below(exporter.Pid).Where(p => p.Name == "ssh"))
            {
                Processes.Send(ssh.Pid, Signal.Kill);
            }

            await GoneAsync(machine, samplers, TimeSpan.FromSeconds(2));
            await AgainAsync(exporter);
            var debug = await exporter.JsonAsync("/debug/hosts/box");
            Assert.Contains(debug.List("failures"), f => f.Text("what") == "ssh" && f.Text("reason") == "closed");
        }

        [Fact]
        public async Task A_stopped_ssh_client_loses_its_samplers_and_is_replaced()
        {
            await using var machine = await StartAsync();
            await using var exporter = await WatchAsync(machine);
            var samplers = machine.User.Samplers.Select(s => s.Pid).ToHashSet();
            var clients = Processes.Below(exporter.Pid).Where(p => p.Name == "ssh").Select(p => p.Pid).ToHashSet();
            foreach (var client in clients)
            {
                Processes.Send(client, Signal.Stop);
            }

            await AgainAsync(exporter);
            await GoneAsync(machine, samplers, TimeSpan.FromSeconds(32));
            Assert.DoesNotContain(Processes.Below(exporter.Pid), p => clients.Contains(p.Pid));
        }

        private static Task GoneAsync(WatchedMachine machine, HashSet<int> samplers, TimeSpan limit) => Until.TrueAsync(
            () => !machine.User.Samplers.Any(s => samplers.Contains(s.Pid)), "the samplers are gone", () => Show(machine), limit);

        private static Task<Page> AgainAsync(Exporter exporter) => exporter.UntilAsync(
            "it is connected again", p => p.Find("fleet_ssh_reconnects_total") == 1 && p.Find("fleet_host_status", ("status", "online")) == 1);
    }
}
