using FleetExporter.IntegrationTests.Parts;

namespace FleetExporter.IntegrationTests.Ssh;

/// <summary>A service on a machine without OpenSSH's client.</summary>
public sealed class WithoutOpenSshTests
{
    [Fact]
    public async Task Hosts_are_watched_and_probed_and_those_that_need_OpenSSH_report_it()
    {
        await using var machine = await WatchedMachine.StartAsync();
        machine.Folder.Write("ssh_config", "Host *\n");
        var alias = $"- {{ name: alias, address: {machine.Server.Address}, config_file: ssh_config }}";
        var environment = new Dictionary<string, string?> { ["PATH"] = PathWithoutSsh(machine.Folder) };
        await using var exporter = await machine.WatchAsync("exec: { policy: any }", alias, environment);
        await exporter.UntilOnlineAsync();
        var ran = await ConnectionsTests.DoAsync(exporter, HttpMethod.Post, "/api/dgx/exec/box", new { command = "echo here; command -v sh" });
        Assert.StartsWith("here\n", ran.Text("stdout"), StringComparison.Ordinal);
        Assert.DoesNotContain(Processes.Below(exporter.Pid), p => p.Name == "ssh");

        var reason = (await exporter.UntilFailsAsync("shell", "alias")).Text("reason");
        Assert.Contains("OpenSSH's client", reason, StringComparison.Ordinal);
        Assert.Contains("not installed on this machine", reason, StringComparison.Ordinal);
        Assert.Contains("config_file", reason, StringComparison.Ordinal);
        await Until.TrueAsync(() => exporter.Log.Contains("OpenSSH's client", StringComparison.Ordinal), "the log says so", () => exporter.Log);

        Assert.Equal(0, (await RunAsync("probe", "box")).Exit);
        var probed = await RunAsync("probe", "alias");
        Assert.Equal(1, probed.Exit);
        Assert.Contains("not installed on this machine", probed.Output, StringComparison.Ordinal);
        var check = await RunAsync("check");
        Assert.Contains("OpenSSH's client", check.Output, StringComparison.Ordinal);
        Assert.Contains("not installed", check.Output, StringComparison.Ordinal);
        Assert.Contains("built-in client", check.Output, StringComparison.Ordinal);

        // The table's columns are as wide as the terminal.
        Task<ToolResult> RunAsync(params IEnumerable<string> arguments) => Tool.TryAsync(
            Repository.Service, ["--config", machine.Folder.PathOf("fleet.yml"), .. arguments], null,
            new Dictionary<string, string>
            {
                ["PATH"] = environment["PATH"]!,
                ["HOME"] = machine.Folder.Make("service"),
                ["XDG_RUNTIME_DIR"] = machine.Folder.Make("run"),
                ["SSH_AUTH_SOCK"] = "",
                ["COLUMNS"] = "400",
            });
    }

    private static string PathWithoutSsh(TestFolder folder)
    {
        var path = folder.Make("programs");
        foreach (var program in Directory.EnumerateFiles("/usr/bin").Where(p => !Path.GetFileName(p).StartsWith("ssh", StringComparison.Ordinal)))
        {
            File.CreateSymbolicLink(Path.Combine(path, Path.GetFileName(program)), program);
        }

        Assert.False(File.Exists(Path.Combine(path, "ssh")));
        return path;
    }
}
