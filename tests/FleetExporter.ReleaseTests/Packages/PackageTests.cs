using System.Diagnostics;
using System.Text.Json.Nodes;

namespace FleetExporter.ReleaseTests.Packages;

/// <summary>The Debian packages in a container with systemd: installation, restart, upgrade, removal.</summary>
public sealed class PackageTests(ITestOutputHelper output) : IDisposable
{
    private const string Exporter = "http://127.0.0.1:9470";
    private const string Prometheus = "http://127.0.0.1:9090";
    private const string Alertmanager = "http://127.0.0.1:9093";

    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task An_installation_is_upgraded_restarted_and_purged()
    {
        var dist = await Dist.GetAsync();
        var earlier = await Dist.RunAsync(
            Repository.Root, _folder.PathOf("earlier"), "--version", "0.9.9", "--executables", Path.Combine(dist.Folder, "executables"), "linux-x64");
        await using var machine = await Machine.StartAsync(_folder);
        var before = await machine.FilesAsync();

        var watch = Stopwatch.StartNew();
        await machine.InstallAsync(earlier["fleet-exporter_0.9.9_amd64.deb"], earlier["fleet-exporter-monitoring_0.9.9_all.deb"]);
        output.WriteLine($"{watch.Elapsed.TotalSeconds:0} s: installed");
        watch.Restart();
        await IsWatchedAsync(machine);
        output.WriteLine($"{watch.Elapsed.TotalSeconds:0} s after that: watched, alerts evaluated");
        await machine.UntilAsync(
            "the exporter receives the watchdog alert", "fleet-exporter-alertmanager",
            async () => await machine.GetAsync($"{Exporter}/metrics") is { } page
                && page.Contains("\nfleet_watchdog_last_seen_timestamp_seconds ", StringComparison.Ordinal));
        Assert.Equal("masked", (await machine.TryAsync("systemctl is-enabled prometheus.service")).Trimmed);
        Assert.Equal("127.0.0.1:9090", (await machine.ShellAsync("ss -ltnH 'sport = 9090' | awk '{ print $4 }'")).Trim());

        var state = await InstalledState.CreateAsync(machine);
        await machine.InstallAsync(dist[$"fleet-exporter_{Dist.Version}_amd64.deb"], dist[$"fleet-exporter-monitoring_{Dist.Version}_all.deb"]);
        await IsWatchedAsync(machine);
        await state.IsKeptAsync(machine);
        Assert.Contains(Dist.Version, await machine.ShellAsync("dpkg-query -W -f '${Version}' fleet-exporter"), StringComparison.Ordinal);
        output.WriteLine("upgraded");

        await machine.RebootAsync();
        await IsWatchedAsync(machine);
        await state.IsKeptAsync(machine);
        output.WriteLine("restarted");

        await machine.ShellAsync("runuser -u fleet -- fleet-exporter backup /var/tmp/backup.tar.gz");
        await machine.ShellAsync(
            $"systemctl stop fleet-exporter && rm {InstalledState.KeyFile} && runuser -u fleet -- fleet-exporter restore --force "
                + "/var/tmp/backup.tar.gz && systemctl start fleet-exporter");
        await IsWatchedAsync(machine);
        await state.IsKeptAsync(machine);
        output.WriteLine("restored");

        await machine.AptAsync("purge fleet-exporter fleet-exporter-monitoring");
        Assert.Equal("active", await machine.ShellAsync("systemctl start prometheus && systemctl is-active prometheus"));
        await machine.AptAsync("purge --auto-remove prometheus prometheus-alertmanager prometheus-node-exporter");
        var left = (await machine.FilesAsync()).Except(before).Where(f => f.Contains("fleet", StringComparison.Ordinal)).ToList();
        Assert.Empty(left);
        Assert.DoesNotContain("fleet", await machine.ShellAsync("cat /etc/passwd /etc/group"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_prometheus_that_is_already_there_stays_as_it_is()
    {
        var dist = await Dist.GetAsync();
        await using var machine = await Machine.StartAsync(_folder);
        await machine.AptAsync("install --no-install-recommends prometheus");
        const string Look = "systemctl show -P MainPID prometheus; cat /etc/prometheus/prometheus.yml /etc/default/prometheus";
        var before = await machine.ShellAsync(Look);

        var printed = await machine.InstallAsync(
            dist[$"fleet-exporter_{Dist.Version}_amd64.deb"], dist[$"fleet-exporter-monitoring_{Dist.Version}_all.deb"]);

        Assert.Equal(before, await machine.ShellAsync(Look));
        Assert.Contains("rule_files: [/usr/share/fleet-exporter-monitoring/rules/*.rules.yml]", printed, StringComparison.Ordinal);
        Assert.Equal("inactive", (await machine.TryAsync("systemctl is-active fleet-exporter-prometheus")).Trimmed);
        await machine.UntilAsync(
            "Alertmanager came with the package and runs", "fleet-exporter-alertmanager",
            async () => (await machine.TryAsync("systemctl is-active fleet-exporter-alertmanager")).Exit == 0);
    }

    /// <summary>This machine on /metrics, its rules evaluated by Prometheus, and their alerts in Alertmanager.</summary>
    private static async Task IsWatchedAsync(Machine machine)
    {
        await machine.UntilAsync(
            "this machine is on /metrics", "fleet-exporter", async () => await machine.GetAsync($"{Exporter}/metrics") is { } page
                && page.Contains("fleet_host_status{host=\"this-machine\",status=\"online\"} 1", StringComparison.Ordinal));
        await machine.UntilAsync(
            "Prometheus scrapes it", "fleet-exporter-prometheus",
            async () => await machine.JsonAsync($"{Prometheus}/api/v1/query?query=fleet_host_cpus") is { } json
                && json["data"]!.List("result").Count == 1);
        await machine.UntilAsync(
            "alerts are evaluated", "fleet-exporter-prometheus",
            async () => await machine.JsonAsync($"{Prometheus}/api/v1/rules") is { } json && json["data"]!.List("groups") is { Count: > 5 } groups
                && groups.All(g => g.List("rules").All(r => r.Text("health") == "ok")));
        await machine.UntilAsync(
            "Alertmanager has its alerts", "fleet-exporter-alertmanager",
            async () => await machine.JsonAsync($"{Alertmanager}/api/v2/alerts?filter=alertname=Watchdog") is JsonArray { Count: 1 });
    }
}
