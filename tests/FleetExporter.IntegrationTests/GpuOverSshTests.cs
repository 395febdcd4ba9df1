using System.Globalization;
using FleetExporter.IntegrationTests.Parts;

namespace FleetExporter.IntegrationTests;

public abstract class GpuOverSshTests(string client) : SshTests(client)
{
    private const string H100 = "GPU-00000000-0000-0000-0000-000000000000";

    [Fact]
    public async Task The_values_of_the_capture_are_published()
    {
        await using var machine = await StartMachineAsync(path: FakeNvidiaSmi.FolderIn);
        FakeNvidiaSmi.H100(machine.Folder);
        await using var exporter = await machine.WatchAsync();
        var page = await exporter.UntilAsync("the GPU and its processes", p => p.Find("fleet_gpu_processes") == 3);

        const double Mebi = 1024 * 1024;
        Assert.Equal(1, page.Value(
            "fleet_gpu_info", ("name", "NVIDIA H100 80GB HBM3"), ("driver_version", "590.48.01"),
            ("compute_cap", "9.0"), ("uuid", H100), ("gpu", "0")));
        Assert.Equal(1, page.Value("fleet_gpu_utilization_ratio"));
        Assert.Equal(81559 * Mebi, page.Value("fleet_gpu_memory_total_bytes"));
        Assert.Equal(19818 * Mebi, page.Value("fleet_gpu_memory_used_bytes"));
        Assert.Equal(0, page.Value("fleet_gpu_memory_unified"));
        Assert.Equal(59, page.Value("fleet_gpu_temperature_celsius"));
        Assert.Equal(631.95, page.Value("fleet_gpu_power_draw_watts"));
        Assert.Equal(700, page.Value("fleet_gpu_power_limit_watts"));
        Assert.Equal(1980e6, page.Value("fleet_gpu_clock_hertz", ("clock", "sm")));
        Assert.Empty(page.Of("fleet_gpu_fan_ratio"));
        Assert.Equal((2566 + 1542 + 15690) * Mebi, page.Of("fleet_gpu_process_memory_bytes").Sum(s => s.Value));
        Assert.Equal(0, page.Value("fleet_host_gpus_lost"));
        await exporter.UntilAsync("energy grows", p => p.Find("fleet_gpu_energy_joules_total") > 631);
        Assert.True((await exporter.HostAsync())["has_gpu"]!.GetValue<bool>());
    }

    [Fact]
    public async Task A_GB10_uses_the_memory_of_its_host()
    {
        await using var machine = await StartMachineAsync(path: FakeNvidiaSmi.FolderIn);
        FakeNvidiaSmi.Gb10(machine.Folder);
        await using var exporter = await machine.WatchAsync();
        var page = await exporter.UntilAsync("the GPU with the host's memory", p => p.Find("fleet_gpu_memory_total_bytes") is not null);

        Assert.Equal(1, page.Value("fleet_gpu_memory_unified"));
        Assert.Equal(1, page.Value("fleet_gpu_info", ("name", "NVIDIA GB10")));
        Assert.Equal(page.Value("fleet_host_memory_total_bytes"), page.Value("fleet_gpu_memory_total_bytes"));
        Assert.Equal(
            page.Value("fleet_host_memory_total_bytes") - page.Value("fleet_host_memory_available_bytes"), page.Value("fleet_gpu_memory_used_bytes"));
        Assert.Equal("true", Assert.Single(page.Of("fleet_host_info"))["unified_memory"]);
        Assert.Empty(page.Of("fleet_gpu_power_limit_watts"));
    }

    [Fact]
    public async Task GPU_memory_of_a_process_is_added_to_its_tmux_session()
    {
        await using var machine = await StartMachineAsync(path: FakeNvidiaSmi.FolderIn);
        await using var tmux = new TmuxServer(machine.User);
        var training = await tmux.CreateAsync("training", "sleep 600; :");
        await tmux.CreateAsync("idle");
        var pane = int.Parse((await tmux.RunAsync("list-panes", "-t", training, "-F", "#{pane_pid}")).Trimmed, CultureInfo.InvariantCulture);
        await Until.TrueAsync(() => Processes.Below(pane).Count == 1, "the shell has started its command", () => "");
        FakeNvidiaSmi.H100(machine.Folder).Processes((H100, Processes.Below(pane)[0].Pid, "python train.py", 1234), (H100, 1, "other", 500));

        await using var exporter = await machine.WatchAsync();
        var page = await exporter.UntilAsync("GPU memory", p => p.Find("fleet_tmux_session_gpu_memory_bytes", ("session", "training")) > 0);
        Assert.Equal(1234.0 * 1024 * 1024, page.Value("fleet_tmux_session_gpu_memory_bytes", ("session", "training")));
        Assert.Equal(0, page.Value("fleet_tmux_session_gpu_memory_bytes", ("session", "idle")));
        var sessions = (await exporter.JsonAsync("/api/sessions")).List("items");
        Assert.Equal(1234, Assert.Single(sessions, s => s.Text("name") == "training").Number("gpu_memory_mb"));
        Assert.True(page.Value("fleet_tmux_session_memory_bytes", ("session", "training")) > 100_000);
    }

    [Fact]
    public async Task An_answer_of_ten_MiB_fails_only_its_collector()
    {
        await using var machine = await StartMachineAsync(path: FakeNvidiaSmi.FolderIn);
        var smi = FakeNvidiaSmi.H100(machine.Folder);
        await using var exporter = await machine.WatchAsync();
        await exporter.UntilAsync("the GPU", p => p.Of("fleet_gpu_info").Any());
        smi.Print(string.Concat(Enumerable.Repeat("no such line has ever been printed by nvidia-smi\n", 10 * 1024 * 1024 / 49)), 0);
        var page = await exporter.UntilAsync("it fails", p =>
            p.Find("fleet_collector_failures_total", ("collector", "gpu"), ("reason", "parse")) >= 1);
        Assert.Empty(page.Of("fleet_gpu_info"));
        Assert.Equal(1, page.Value("fleet_collector_success", ("collector", "host")));
        smi.Reset();
        page = await exporter.UntilAsync("the GPU is back", p =>
            p.Of("fleet_gpu_info").Any() && p.Find("fleet_host_status", ("status", "online")) == 1);
        Assert.Equal(0, page.Value("fleet_ssh_reconnects_total"));
        Assert.Equal(0, page.Of("fleet_collector_failures_total", ("collector", "gpu"), ("reason", "timeout")).Sum(s => s.Value));
    }

    [Theory]
    [InlineData("driver-not-loaded.stdout.txt", 9, "driver")]
    [InlineData("gpu-lost.stdout.txt", 15, "device_lost")]
    public async Task An_error_of_nvidia_smi_is_the_reason_and_removes_the_GPU(string error, int exit, string reason)
    {
        await using var machine = await StartMachineAsync(path: FakeNvidiaSmi.FolderIn);
        var smi = FakeNvidiaSmi.H100(machine.Folder);
        await using var exporter = await machine.WatchAsync();
        await exporter.UntilAsync("the GPU", p => p.Of("fleet_gpu_info").Any());
        smi.Fail(error, exit);
        var page = await exporter.UntilAsync("it fails", p => p.Find("fleet_collector_success", ("collector", "gpu")) == 0);
        Assert.True(page.Value("fleet_collector_failures_total", ("collector", "gpu"), ("reason", reason)) >= 1);
        Assert.Empty(page.Of("fleet_gpu_info"));
        Assert.Equal(1, page.Value("fleet_collector_success", ("collector", "host")));
        smi.Reset();
        await exporter.UntilAsync("the GPU is back", p => p.Of("fleet_gpu_info").Any() && p.Find("fleet_host_status", ("status", "online")) == 1);
    }

    public sealed class WithBuiltinClient() : GpuOverSshTests("builtin");

    public sealed class WithOpenSsh() : GpuOverSshTests("openssh");
}
