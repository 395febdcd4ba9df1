using System.Net.Sockets;
using FleetExporter.IntegrationTests.Parts;

namespace FleetExporter.IntegrationTests.Alerts;

/// <summary>scripts/up, which make up and make demo run, in a copy of the folders it reads.</summary>
public sealed class UpTests : IDisposable
{
    private readonly TestFolder _folder = new();
    private readonly Dictionary<string, string?> _environment = new()
    {
        ["FLEET_EXPORTER"] = Repository.Service,
        ["PROMETHEUS_PORT"] = $"{Ports.Free()}",
        ["ALERTMANAGER_PORT"] = $"{Ports.Free()}",
    };

    public UpTests()
    {
        foreach (var file in new[] { "scripts", "prometheus", "alertmanager" }.SelectMany(f => Directory.GetFiles(Repository.PathOf(f), "*", SearchOption.AllDirectories)))
        {
            var copy = _folder.PathOf(Path.GetRelativePath(Repository.Root, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Three_servers_run_together_and_end_together()
    {
        await using var up = await StartAsync();
        Assert.DoesNotContain('\u001b', up.Said);
        using var http = new HttpClient();
        var page = up.Said.Split('\n').Single(l => l.Contains("● service", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[^1];
        await PrometheusReadsAsync(http, up);
        Assert.Contains("\"items\"", await http.GetStringAsync($"{page}api/alerts", TestContext.Current.CancellationToken), StringComparison.Ordinal);
        await Until.SeenAsync(
            async () => (await http.GetStringAsync($"{page}metrics", TestContext.Current.CancellationToken)).Contains("\nfleet_watchdog_last_seen_timestamp_seconds ", StringComparison.Ordinal) ? "yes" : null,
            "Alertmanager tells the service",
            () => up.Said,
            TimeSpan.FromSeconds(60));

        var below = Processes.Below(up.Pid);
        Assert.True(below.Count >= 3);
        up.Send(Signal.Int);
        Assert.Equal(0, await up.EndAsync(TimeSpan.FromSeconds(30)));
        Assert.All(below, p => Assert.False(Directory.Exists($"/proc/{p.Pid}")));
    }

    [Fact]
    public async Task When_one_ends_all_end_and_the_reason_is_told()
    {
        await using var up = await StartAsync();
        var alertmanager = Processes.Below(up.Pid).Single(p => File.ReadAllText($"/proc/{p.Pid}/cmdline").Split('\0')[0].EndsWith("alertmanager", StringComparison.Ordinal));
        Processes.Send(alertmanager.Pid, Signal.Kill);
        Assert.Equal(1, await up.EndAsync(TimeSpan.FromSeconds(30)));
        Assert.Contains("up: alertmanager has ended", up.Said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_that_is_taken_is_named_with_the_way_out()
    {
        using var taken = new TcpListener(System.Net.IPAddress.Loopback, int.Parse(_environment["ALERTMANAGER_PORT"]!, System.Globalization.CultureInfo.InvariantCulture));
        taken.Start();
        await using var up = Launch();
        Assert.Equal(1, await up.EndAsync(TimeSpan.FromSeconds(30)));
        Assert.Contains($"port {_environment["ALERTMANAGER_PORT"]} of this machine is in use", up.Said, StringComparison.Ordinal);
        Assert.Contains("ALERTMANAGER_PORT=", up.Said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_is_found_in_a_folder_with_a_blank_in_its_name()
    {
        var config = _folder.Write("closed.yml", "data_dir: my data\nanonymous_read: never\n");
        await using var up = await StartAsync("--config", config);
        using var http = new HttpClient();
        await PrometheusReadsAsync(http, up);
        Assert.True(File.Exists(_folder.PathOf("my data", "admin.key")), up.Said);
    }

    private Task<string> PrometheusReadsAsync(HttpClient http, Child up) => Until.SeenAsync(
        async () => (await http.GetStringAsync($"http://127.0.0.1:{_environment["PROMETHEUS_PORT"]}/api/v1/query?query=up{{job=\"fleet\"}}==1", TestContext.Current.CancellationToken)).Contains("\"value\"", StringComparison.Ordinal) ? "yes" : null,
        "Prometheus reads the service",
        () => up.Said,
        TimeSpan.FromSeconds(60));

    private Child Launch(params IEnumerable<string> more) => Child.Start(
        "env", ["--default-signal=HUP,INT,QUIT", "bash", _folder.PathOf("scripts", "up"), "--simulate", "2", "--listen", "127.0.0.1:0", .. more], _folder.Path, _environment);

    private async Task<Child> StartAsync(params IEnumerable<string> more)
    {
        var up = Launch(more);
        await Until.TrueAsync(() => up.HasExited || up.Said.Contains("Ctrl-C stops", StringComparison.Ordinal), "all are ready", () => up.Said, TimeSpan.FromSeconds(60));
        Assert.False(up.HasExited, up.Said);
        return up;
    }
}
