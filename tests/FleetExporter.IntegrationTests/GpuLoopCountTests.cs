using System.Diagnostics;
using FleetExporter.IntegrationTests.Parts;
using FleetExporter.Tests;

namespace FleetExporter.IntegrationTests;

/// <summary>Twenty hosts have exactly their loops, for twenty seconds, or ten minutes in the long form, and none afterwards.</summary>
public sealed class GpuLoopCountTests
{
    private const int Hosts = 20;
    private const int Loops = 2 * Hosts;

    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(LongForm.Count(20, 600));

    [Fact]
    public async Task Twenty_hosts_have_their_loops_and_none_after_the_exporter_stops_or_is_killed()
    {
        await using var machine = await WatchedMachine.StartAsync(path: FakeNvidiaSmi.FolderIn, options: "MaxStartups 100");
        FakeNvidiaSmi.H100(machine.Folder);
        await using (var exporter = await StartAsync(machine))
        {
            var first = Pids(machine);
            for (var watch = Stopwatch.StartNew(); watch.Elapsed < Duration; await Task.Delay(500, TestContext.Current.CancellationToken))
            {
                // A look at /proc may miss a process; a loop that was replaced stays so.
                await Until.TrueAsync(
                    () => first.SequenceEqual(Pids(machine)), $"the same loops after {watch.Elapsed.TotalSeconds:0} s",
                    () => $"first {string.Join(' ', first)}, now {string.Join(' ', Pids(machine))}\n{exporter.Log}", TimeSpan.FromSeconds(2));
            }

            var page = await exporter.PageAsync();
            Assert.Equal(Hosts, page.Of("fleet_gpu_info").Count());
            Assert.Empty(page.Of("fleet_collector_duration_seconds", ("collector", "gpu")));
            Assert.Empty(page.Of("fleet_collector_failures_total", ("reason", "timeout")));
            await exporter.StopAsync();
        }

        await GoneAsync(machine, TimeSpan.FromSeconds(4));
        await using var next = await StartAsync(machine);
        await next.KillAsync();
        // Two intervals of 2 s.
        await GoneAsync(machine, TimeSpan.FromSeconds(4));
    }

    private static async Task<Exporter> StartAsync(WatchedMachine machine)
    {
        var others = Enumerable.Range(1, Hosts - 1).Select(n => $"- {{ name: box-{n}, address: \"{machine.Server.Address}\" }}");
        var exporter = await Exporter.StartAsync(machine.Folder, machine.Config(hosts: string.Join('\n', others), interval: 2));
        await Until.TrueAsync(() => machine.User.Loops.Count == Loops, $"{Loops} loops", () => Show(machine), TimeSpan.FromSeconds(60));
        return exporter;
    }

    private static Task GoneAsync(WatchedMachine machine, TimeSpan limit) => Until.TrueAsync(
        () => machine.User.Processes.TrueForAll(p => p.Name is not ("nvidia-smi" or "sh" or "sleep")), "no loop and no shell is left",
        () => Show(machine), limit);

    private static List<int> Pids(WatchedMachine machine) => [.. machine.User.Loops.Select(l => l.Pid).Order()];

    private static string Show(WatchedMachine machine) => string.Join('\n', machine.User.Processes.Take(40));
}
