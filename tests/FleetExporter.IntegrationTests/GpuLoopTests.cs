using System.Net;
using System.Net.Http.Json;
using FleetExporter.IntegrationTests.Parts;

namespace FleetExporter.IntegrationTests;

/// <summary>GPUs read by loops of nvidia-smi, and what a loop can do wrong.</summary>
public abstract class GpuLoopTests(string client) : SshTests(client)
{
    [Fact]
    public async Task One_loop_of_each_kind_delivers_new_values_without_calls()
    {
        await using var machine = await StartAsync();
        await using var exporter = await WatchAsync(machine);
        var loops = Pids(machine);
        Smi(machine).SetTemperature(71);
        await exporter.UntilAsync("a new value", p => p.Find("fleet_gpu_temperature_celsius") == 71);
        Smi(machine).Processes((H100, 4711, "python train.py", 1000));
        await exporter.UntilAsync("a new process", p => p.Find("fleet_gpu_processes") == 1);
        Smi(machine).Processes();
        await exporter.UntilAsync("no process", p => p.Find("fleet_gpu_processes") == 0);

        Assert.Equal(loops, Pids(machine));
        var page = await exporter.PageAsync();
        Assert.Empty(page.Of("fleet_collector_duration_seconds", ("collector", "gpu")));
        Assert.Equal(1, page.Value("fleet_gpu_info", ("name", "NVIDIA H100 80GB HBM3")));
        Assert.Empty(page.Of("fleet_collector_failures_total", ("collector", "gpu")));
    }

    [Fact]
    public async Task Profiling_values_have_a_loop_of_their_own()
    {
        await using var machine = await StartAsync();
        Smi(machine);
        await using var exporter = await machine.WatchAsync("gpu_profiling: true");
        await Until.TrueAsync(() => machine.User.Loops.Count == 3, "three loops", () => string.Join('\n', machine.User.Processes));
        var page = await exporter.UntilAsync("a sample of the loop", p =>
            p.Find("fleet_gpu_profile_sm_active_ratio") is not null && !p.Of("fleet_collector_duration_seconds", ("collector", "gpu_profile")).Any());

        Assert.Equal(0.81, page.Value("fleet_gpu_profile_sm_active_ratio", ("gpu", "0"), ("uuid", H100)));
        Assert.Equal(0.12, page.Value("fleet_gpu_profile_sm_occupancy_ratio"));
        Assert.Equal(7748.0 * 1024 * 1024, page.Value("fleet_gpu_profile_pcie_bytes_per_second", ("direction", "receive")));
        Assert.Empty(page.Of("fleet_gpu_profile_nvlink_bytes_per_second"));
        Assert.Equal(1, machine.Server.Connections);
    }

    [Fact]
    public async Task A_killed_loop_is_replaced_by_calls()
    {
        await using var machine = await StartAsync();
        await using var exporter = await WatchAsync(machine);
        foreach (var loop in machine.User.Loops)
        {
            Processes.Send(loop.Pid, Signal.Kill);
        }

        Smi(machine).SetTemperature(72);
        var page = await exporter.UntilAsync("a value of a call", p => p.Find("fleet_gpu_temperature_celsius") == 72);
        Assert.Single(page.Of("fleet_collector_duration_seconds", ("collector", "gpu")));
        Assert.Empty(machine.User.Loops);
        Assert.Equal(1, page.Value("fleet_collector_success", ("collector", "gpu")));
        Assert.Contains("nvidia-smi ended with status 137", exporter.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_loop_that_hurries_and_prints_twice_gives_a_sample_per_poll()
    {
        await using var machine = await StartAsync();
        await using var exporter = await WatchAsync(machine);
        Smi(machine).HurryUp();
        Smi(machine).PrintTwice();
        Smi(machine).SetTemperature(73);
        var page = await exporter.UntilAsync("a new value", p => p.Find("fleet_gpu_temperature_celsius") == 73);

        Assert.Single(page.Of("fleet_gpu_info"));
        Assert.Equal(3, page.Value("fleet_gpu_processes"));
        Assert.Empty(page.Of("fleet_collector_failures_total", ("collector", "gpu")));
        Assert.Equal(2, machine.User.Loops.Count);
    }

    [Fact]
    public async Task A_GPU_that_disappears_from_a_loop_is_lost()
    {
        await using var machine = await StartAsync();
        Smi(machine).List(0, 1, 2);
        await using var exporter = await WatchAsync(machine);
        Assert.Equal(3, (await exporter.PageAsync()).Of("fleet_gpu_info").Count());
        Smi(machine).List(0, 2);
        var page = await exporter.UntilAsync("it is lost", p => p.Find("fleet_host_gpus_lost") == 1);

        Assert.Equal(["0", "2"], page.Of("fleet_gpu_info").Select(s => s["gpu"]).Order());
        Assert.Equal(1, page.Value("fleet_collector_success", ("collector", "gpu")));
        Smi(machine).List(0, 1, 2);
        await exporter.UntilAsync("it is back", p => p.Find("fleet_host_gpus_lost") == 0 && p.Of("fleet_gpu_info").Count() == 3);
    }

    [Fact]
    public async Task A_stopped_loop_is_killed_and_fails_its_collector_alone()
    {
        await using var machine = await StartAsync();
        await using var exporter = await WatchAsync(machine);
        var hung = machine.User.Loops.Single(l => l.CommandLine.Contains("--query-gpu", StringComparison.Ordinal)).Pid;
        Processes.Send(hung, Signal.Stop);
        var page = await exporter.UntilAsync(
            "it fails", p => p.Find("fleet_collector_failures_total", ("collector", "gpu"), ("reason", "timeout")) >= 1, TimeSpan.FromSeconds(30));

        Assert.Equal(1, page.Value("fleet_collector_success", ("collector", "host")));
        await Until.TrueAsync(
            () => machine.User.Processes.All(p => p.Pid != hung), "it is killed", () => string.Join('\n', machine.User.Processes),
            TimeSpan.FromSeconds(5));
        await exporter.UntilAsync("calls take over", p => p.Find("fleet_collector_success", ("collector", "gpu")) == 1);
    }

    [Fact]
    public async Task Released_GPUs_are_free_within_an_interval_and_watched_again()
    {
        await using var machine = await StartAsync();
        await using var exporter = await WatchAsync(machine);
        Assert.NotEmpty(Users(machine));
        using var answer = await exporter.Http.PostAsJsonAsync(Path, new { minutes = 5 }, Stop);
        var released = await answer.Content.ReadFromJsonAsync<System.Text.Json.Nodes.JsonNode>(Stop);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.True(released!["free"]!.GetValue<bool>());
        await Until.TrueAsync(
            () => Users(machine).Count == 0, "no process has the device open", () => string.Join('\n', machine.User.Processes),
            TimeSpan.FromSeconds(1));
        var page = await exporter.UntilAsync("it is said", p => p.Of("fleet_host_gpu_release_end_timestamp_seconds").Any());
        Assert.Empty(page.Of("fleet_host_gpus_lost"));
        Assert.Equal(1, page.Value("fleet_host_status", ("status", "online")));
        for (var i = 0; i < 30; i++)
        {
            Assert.Empty(Users(machine));
            await Task.Delay(100, Stop);
        }

        using var end = await exporter.Http.DeleteAsync(Path, Stop);
        Assert.Equal(HttpStatusCode.NoContent, end.StatusCode);
        await exporter.UntilAsync("the GPU", p => p.Of("fleet_gpu_info").Any());
        await Until.TrueAsync(() => machine.User.Loops.Count == 2, "the loops", () => string.Join('\n', machine.User.Processes));
    }

    private const string H100 = "GPU-00000000-0000-0000-0000-000000000000";
    private const string Path = "/api/hosts/box/gpu/release";

    private FakeNvidiaSmi? _smi;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static List<int> Pids(WatchedMachine machine) => [.. machine.User.Loops.Select(l => l.Pid).Order()];

    private FakeNvidiaSmi Smi(WatchedMachine machine) => _smi ??= FakeNvidiaSmi.H100(machine.Folder);

    private Task<WatchedMachine> StartAsync() => StartMachineAsync(path: FakeNvidiaSmi.FolderIn);

    private async Task<Exporter> WatchAsync(WatchedMachine machine)
    {
        Smi(machine);
        var exporter = await machine.WatchAsync();
        await exporter.UntilAsync("the GPU", p => p.Of("fleet_gpu_info").Any());
        await Until.TrueAsync(() => machine.User.Loops.Count == 2, "two loops", () => string.Join('\n', machine.User.Processes));
        return exporter;
    }

    /// <summary>Processes that have the device open.</summary>
    private List<int> Users(WatchedMachine machine) =>
        [.. machine.User.Processes.Select(p => p.Pid).Where(pid => Processes.OpenFiles(pid).Contains(Smi(machine).Device))];

    public sealed class WithBuiltinClient() : GpuLoopTests("builtin");

    public sealed class WithOpenSsh() : GpuLoopTests("openssh");
}
