using System.Diagnostics;
using System.Text.Json.Nodes;
using FleetExporter.ReleaseTests.Deployment;

namespace FleetExporter.ReleaseTests.Packages;

/// <summary>A Debian container with systemd and without .NET, into which packages are installed.</summary>
internal sealed class Machine : IAsyncDisposable
{
    private const string Name = "machine";

    private static readonly TimeSpan AptTimeout = TimeSpan.FromMinutes(5);

    /// <summary>An installation answers within it.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    private readonly TestFolder _folder;
    private readonly Containers _containers;

    private Machine(TestFolder folder, Containers containers)
    {
        _folder = folder;
        _containers = containers;
    }

    public static async Task<Machine> StartAsync(TestFolder folder)
    {
        var machine = new Machine(folder, await Containers.PrepareAsync(folder));
        await machine._containers.RunAsync("create", Name, Name);
        await machine._containers.RunAsync("start", Name);
        await machine.TryAsync("systemctl is-system-running --wait");
        return machine;
    }

    /// <summary>The output of shell commands that run as root; they must exit with 0.</summary>
    public Task<string> ShellAsync(string commands) => _containers.ShellAsync(Name, commands);

    public Task<ToolResult> TryAsync(string commands) => Tool.TryAsync(_containers.Engine, "exec", Name, "sh", "-c", commands);

    /// <summary>Installs packages as <c>apt install ./FILE…</c> does.</summary>
    /// <returns>What apt printed.</returns>
    public async Task<string> InstallAsync(params IEnumerable<string> packages)
    {
        var names = new List<string>();
        foreach (var package in packages)
        {
            var name = Path.GetFileName(package);
            File.Copy(package, _folder.PathOf("containers", Name, "root", name), overwrite: true);
            names.Add($"./{name}");
        }

        return await AptAsync($"install {string.Join(' ', names)}");
    }

    public async Task<string> AptAsync(string arguments)
    {
        await using var apt = Child.Start(
            _containers.Engine, ["exec", Name, "sh", "-c", $"cd /root && DEBIAN_FRONTEND=noninteractive apt-get -y {arguments} </dev/null"]);
        Assert.True(await apt.EndAsync(AptTimeout) == 0, apt.Output);
        return apt.Output;
    }

    /// <summary>Stops and starts it, as a reboot does.</summary>
    public async Task RebootAsync()
    {
        await _containers.RunAsync("stop", Name);
        await _containers.RunAsync("start", Name);
    }

    /// <summary>GET from within the machine.</summary>
    public async Task<string?> GetAsync(string url)
    {
        var answer = await TryAsync($"curl -fsS --max-time 10 '{url}'");
        return answer.Exit == 0 ? answer.Output : null;
    }

    public async Task<JsonNode?> JsonAsync(string url) => await GetAsync(url) is { } text ? JsonNode.Parse(text) : null;

    /// <param name="unit">Whose log is shown when it does not hold in time.</param>
    public async Task UntilAsync(string what, string unit, Func<Task<bool>> holds)
    {
        var watch = Stopwatch.StartNew();
        while (!await holds())
        {
            Assert.True(watch.Elapsed < Limit, $"not within {Limit.TotalSeconds:0} s: {what}\n{await LogAsync(unit)}");
            await Task.Delay(500, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>All files, except those of the kernel, of apt and dpkg, and of logs.</summary>
    public async Task<IReadOnlySet<string>> FilesAsync() =>
        (await ShellAsync("find / -xdev \\( -path /proc -o -path /sys -o -path /dev -o -path /run -o -path /tmp -o -path /var/tmp -o -path /var/log "
            + "-o -path /var/cache/apt -o -path /var/cache/debconf -o -path /var/lib/apt -o -path /var/lib/dpkg -o -path /root \\) -prune -o -print"))
        .Split('\n').ToHashSet();

    private async Task<string> LogAsync(string unit) => (await TryAsync($"journalctl -u {unit} --no-pager -n 30 -o cat")).Output;

    public ValueTask DisposeAsync() => _containers.DisposeAsync();
}
