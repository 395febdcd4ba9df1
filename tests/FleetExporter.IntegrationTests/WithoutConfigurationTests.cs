using System.Globalization;
using FleetExporter.IntegrationTests.Parts;

namespace FleetExporter.IntegrationTests;

public sealed class WithoutConfigurationTests
{
    [Fact]
    public async Task Without_configuration_it_watches_this_machine()
    {
        using var folder = new TestFolder();
        var tmux = folder.Make("tmux");
        await Tool.RunAsync("env", $"TMUX_TMPDIR={tmux}", "tmux", "-u", "new-session", "-d", "-s", "mine", "exec sleep 120");
        try
        {
            await using var exporter = await Exporter.StartAsync(folder, null, new Dictionary<string, string?> { ["TMUX_TMPDIR"] = tmux });
            var page = await exporter.UntilAsync(
                "host, filesystem and tmux",
                p =>
                    p.Families.IsSupersetOf(
                        ["fleet_host_cpus", "fleet_host_memory_total_bytes", "fleet_host_filesystem_size_bytes", "fleet_tmux_session_info"]));

            var host = Assert.Single(page.Of("fleet_host_info"))["host"];
            Assert.Equal(File.ReadLines("/proc/stat").Count(l => l.StartsWith("cpu", StringComparison.Ordinal)) - 1, page.Value("fleet_host_cpus"));
            Assert.Equal(MemTotal(), page.Value("fleet_host_memory_total_bytes"));
            var root = (await Tool.RunAsync("df", "-B1", "--output=size", "/")).Output.Split('\n')[1].Trim();
            Assert.Equal(double.Parse(root, CultureInfo.InvariantCulture), page.Value("fleet_host_filesystem_size_bytes", ("mountpoint", "/")));
            Assert.Equal(1, page.Value("fleet_tmux_session_info", ("session", "mine"), ("user", Environment.UserName)));
            Assert.Equal("online", (await exporter.HostAsync(host)).Text("status"));
            Assert.DoesNotContain(page.Of("fleet_collector_success"), s => s.Value == 0);
            await exporter.StopAsync();
        }
        finally
        {
            await Tool.TryAsync("env", $"TMUX_TMPDIR={tmux}", "tmux", "kill-server");
        }
    }

    [Fact]
    public async Task CPU_use_agrees_with_proc_stat_under_load()
    {
        using var folder = new TestFolder();
        await using var exporter = await Exporter.StartAsync(folder, "poll_interval: 2s\nhosts: [{ name: box }]\n");
        await CpuAgreement.CheckAsync(exporter);
    }

    private static double MemTotal() =>
        double.Parse(
            File.ReadLines("/proc/meminfo").First().Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
}
