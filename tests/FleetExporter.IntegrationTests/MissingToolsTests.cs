using FleetExporter.IntegrationTests.Parts;

namespace FleetExporter.IntegrationTests;

public abstract class MissingToolsTests(string client) : SshTests(client)
{
    private static readonly string[] Tools = ["nvidia-smi", "tmux", "systemctl"];

    [Fact]
    public async Task A_host_without_GPU_tmux_and_systemd_is_healthy_and_lists_disabled_collectors()
    {
        await using var machine = await StartAsync();
        await using var exporter = await machine.WatchAsync();
        var host = await exporter.UntilHostAsync("what is off", h => h["off"]!["gpu"] is not null && h.Text("status") == "online");

        Assert.Equal("nvidia-smi is not installed", host["off"]!.Text("gpu"));
        Assert.Equal("tmux is not installed", host["off"]!.Text("tmux"));
        Assert.Equal("no units are configured for this host", host["off"]!.Text("systemd"));
        Assert.Equal("tmux.users lists no user other than the login user", host["off"]!.Text("tmux_users"));
        Assert.Null(host["reason"]);
        Assert.False(host["has_gpu"]!.GetValue<bool>());
        var page = await exporter.UntilAsync("all collectors", p => p.Of("fleet_collector_success").Count() >= 4);
        Assert.Equal(["filesystem", "host", "system", "temperature"], page.Of("fleet_collector_success").Select(s => s["collector"]).Order());
        Assert.All(page.Of("fleet_collector_success"), s => Assert.Equal(1, s.Value));
        Assert.DoesNotContain("fleet_gpu", string.Join(' ', page.Families), StringComparison.Ordinal);
        Assert.Empty(page.Of("fleet_tmux_up"));
    }

    [Fact]
    public async Task Only_configured_missing_tools_fail_with_tool_missing()
    {
        await using var machine = await StartAsync();
        await using var exporter = await machine.WatchAsync("gpu: true\nunits: [ssh.service]\n");
        var page = await exporter.UntilAsync(
            "gpu and systemd fail, and the last section of the frame has come",
            p => p.Find("fleet_collector_success", ("collector", "gpu")) == 0 && p.Find("fleet_collector_success", ("collector", "systemd")) == 0
                && p.Find("fleet_collector_success", ("collector", "filesystem")) == 1);

        Assert.True(page.Value("fleet_collector_failures_total", ("collector", "gpu"), ("reason", "tool_missing")) >= 1);
        Assert.True(page.Value("fleet_collector_failures_total", ("collector", "systemd"), ("reason", "tool_missing")) >= 1);
        Assert.All(page.Of("fleet_collector_failures_total"), s => Assert.Equal("tool_missing", s["reason"]));
        foreach (var collector in new[] { "host", "system", "filesystem", "temperature" })
        {
            Assert.Equal(1, page.Value("fleet_collector_success", ("collector", collector)));
        }

        Assert.Equal(1, page.Value("fleet_host_status", ("status", "degraded")));
        Assert.Equal("tmux is not installed", (await exporter.HostAsync())["off"]!.Text("tmux"));
    }

    [Fact]
    public async Task A_systemctl_without_systemd_fails_only_that_collector()
    {
        Assert.SkipWhen(Directory.Exists("/run/systemd/system"), "systemd runs here");
        await using var machine = await StartMachineAsync();
        await using var exporter = await machine.WatchAsync("units: [ssh.service]\n");
        var page = await exporter.UntilAsync("systemd fails", p => p.Find("fleet_collector_success", ("collector", "systemd")) == 0);
        Assert.True(page.Value("fleet_collector_failures_total", ("collector", "systemd"), ("reason", "tool_missing")) >= 1);
        Assert.Equal("systemd", Assert.Single(page.Of("fleet_collector_success"), s => s.Value == 0)["collector"]);
    }

    [Fact]
    public async Task A_tool_that_is_installed_later_is_noticed_without_a_restart()
    {
        await using var machine = await StartMachineAsync(path: FakeNvidiaSmi.FolderIn);
        await using var exporter = await machine.WatchAsync();
        await exporter.UntilHostAsync("gpu is off", h => h["off"]!["gpu"] is not null);
        FakeNvidiaSmi.H100(machine.Folder);

        // Tools are detected every 5 minutes or on request, by the GPU stream every 30 seconds.
        await exporter.ProbeAsync();
        await exporter.UntilAsync("the GPU", p => p.Of("fleet_gpu_info").Any(), TimeSpan.FromSeconds(60));
    }

    /// <summary>The tools are hidden in a mount namespace of sshd, which not every container may make.</summary>
    private async Task<WatchedMachine> StartAsync()
    {
        Assert.SkipUnless((await Tool.TryAsync("unshare", "-m", "true")).Exit == 0, "no right to make a mount namespace");
        return await StartMachineAsync(hides: Tools);
    }

    public sealed class WithBuiltinClient() : MissingToolsTests("builtin");

    public sealed class WithOpenSsh() : MissingToolsTests("openssh");
}
