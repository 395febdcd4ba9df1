using System.Diagnostics;
using System.Globalization;
using System.Text;
using FleetExporter.IntegrationTests.Parts;

namespace FleetExporter.IntegrationTests;

/// <summary>Half of the fleet is behind a dead switch and does not answer.</summary>
/// <remarks>Runs alone, because it measures time.</remarks>
[CollectionDefinition(nameof(DeadSwitchTests), DisableParallelization = true)]
[Collection(nameof(DeadSwitchTests))]
public abstract class DeadSwitchTests(string client) : SshTests(client)
{
    private const int Half = 30;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    /// <summary>With the usual connect_timeout: waiting for their turn behind all the dead ones would take the others 40 s.</summary>
    [Fact]
    public async Task Hosts_that_do_not_answer_delay_no_other()
    {
        await using var far = await RemoteNamespace.CreateAsync();
        await using var machine = await StartMachineAsync();
        await far.DownAsync();

        // What this machine needs for half of the fleet alone is the measure: it has to make as many connections either way.
        TimeSpan alone;
        var watch = Stopwatch.StartNew();
        await using (var exporter = await StartAsync(""))
        {
            await CompleteAsync(exporter);
            alone = watch.Elapsed;
            await exporter.StopAsync();
        }

        var dead = new StringBuilder();
        for (var i = 1; i <= Half; i++)
        {
            dead.Append(CultureInfo.InvariantCulture, $"  - {{ name: dead{i}, address: {far.Host(130 + i)} }}\n");
        }

        // Measures from the start of the exporter, because it may have polled the good hosts before it listens.
        watch.Restart();
        await using var both = await StartAsync(dead.ToString());
        await CompleteAsync(both);
        var together = watch.Elapsed;
        TestContext.Current.TestOutputHelper?.WriteLine($"alone {alone.TotalSeconds:0.0} s, with as many dead hosts {together.TotalSeconds:0.0} s");
        Assert.True(
            together < (2 * alone) + TimeSpan.FromSeconds(5),
            $"alone {alone.TotalSeconds:0.0} s, with dead hosts {together.TotalSeconds:0.0} s\n{both.Log}");

        // Meanwhile the dead ones are tried again and again.
        watch.Restart();
        do
        {
            var page = await both.PageAsync();
            var now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0;
            var seen = Good(page, "fleet_collector_last_success_timestamp_seconds", ("collector", "host")).ToList();
            Assert.Equal(Half, seen.Count);
            Assert.All(seen, s =>
                Assert.True(now - s.Value < 3 * Interval.TotalSeconds, $"{s["host"]} was last polled {now - s.Value:0.0} s ago\n{both.Log}"));
            await Task.Delay(TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken);
        }
        while (watch.Elapsed < 5 * Interval);

        var last = await both.PageAsync();
        Assert.Equal(Half, Good(last, "fleet_host_status", ("status", "online")).Count(s => s.Value == 1));
        Assert.Equal(Half, last.Of("fleet_ssh_failure", ("reason", "timeout")).Count(s => s.Value == 1));

        Task<Exporter> StartAsync(string first)
        {
            var config = new StringBuilder();
            config.Append(CultureInfo.InvariantCulture, $$"""
                poll_interval: {{Interval.TotalSeconds}}s
                ssh:
                  client: {{Client}}
                  user: {{machine.User.Name}}
                  key_file: {{machine.Server.ClientKey}}
                  known_hosts: known_hosts
                  connect_timeout: 10s
                  max_connecting: 8
                hosts:
                {{first}}
                """);
            for (var i = 1; i <= Half; i++)
            {
                config.Append(CultureInfo.InvariantCulture, $"  - {{ name: good{i}, address: {machine.Server.Address} }}\n");
            }

            machine.Folder.Write("known_hosts", machine.Server.KnownHost());
            return Exporter.StartAsync(machine.Folder, config.ToString());
        }
    }

    private static Task<Page> CompleteAsync(Exporter exporter) =>
        exporter.UntilAsync(
            "all good hosts are complete",
            p => Good(p, "fleet_host_status", ("status", "online")).Count(s => s.Value == 1) == Half
                && Good(p, "fleet_host_memory_total_bytes").Count() == Half,
            TimeSpan.FromSeconds(90));

    private static IEnumerable<Sample> Good(Page page, string name, params IEnumerable<(string Name, string Value)> labels) =>
        page.Of(name, labels).Where(s => s["host"].StartsWith("good", StringComparison.Ordinal));

    public sealed class WithBuiltinClient() : DeadSwitchTests("builtin");

    public sealed class WithOpenSsh() : DeadSwitchTests("openssh");
}
