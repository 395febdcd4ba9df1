using System.Diagnostics;
using FleetExporter.IntegrationTests.Parts;

namespace FleetExporter.IntegrationTests;

/// <summary>A host whose network link is cut without any error. Polls every 2 s, so stale after 6 s.</summary>
public abstract class NetworkPartitionTests(string client) : SshTests(client)
{
    /// <summary>On a machine that is busy with other tests everything takes longer.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(8);

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Stale = 3 * Interval;
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(2);

    [Fact]
    public async Task A_disconnected_host_times_out_and_recovers_while_others_continue()
    {
        await using var far = await RemoteNamespace.CreateAsync();
        await using var machine = await StartMachineAsync(inside: far);
        await using var other = await SshServer.StartAsync(machine.Folder, "other");
        await using var neighbour = await TestUser.CreateAsync(machine.Folder);
        var config = machine.Config(interval: 2, hosts: $"- {{ name: other, address: {other.Address}, user: {neighbour.Name} }}");
        await File.AppendAllTextAsync(machine.Folder.PathOf("known_hosts"), other.KnownHost(), TestContext.Current.CancellationToken);
        await using var exporter = await Exporter.StartAsync(machine.Folder, config);
        await exporter.UntilOnlineAsync();
        await exporter.UntilOnlineAsync("other");
        var samplers = machine.User.Samplers.Select(s => s.Pid).ToHashSet();

        await far.DownAsync();
        var cut = Stopwatch.StartNew();
        // The next poll is missed: at most an interval until it is asked, one more until it counts as missed.
        var missed = await UntilAsync(
            "the poll is missed", p => p.Find("fleet_collector_success", ("host", "box"), ("collector", "host")) == 0, (2 * Interval) + Slack);
        Assert.True(
            cut.Elapsed > Stale || missed.Of("fleet_host_memory_total_bytes", ("host", "box")).Any(), "the series went before they were stale");
        await UntilAsync("the series are gone", p => !p.Of("fleet_host_memory_total_bytes", ("host", "box")).Any(), Stale + Slack);
        await UntilAsync("it is offline", p => p.Find("fleet_host_status", ("host", "box"), ("status", "offline")) == 1, Stale + Slack);
        var page = await UntilAsync(
            "the reason", p => p.Find("fleet_ssh_failure", ("host", "box"), ("reason", "timeout")) == 1, Stale + (2 * Interval) + Slack);
        Assert.Equal(0, page.Value("fleet_ssh_up", ("host", "box")));
        Assert.StartsWith("timeout: no answer within", (await exporter.HostAsync()).Text("reason"), StringComparison.Ordinal);
        await Until.TrueAsync(
            () => !machine.User.Samplers.Any(s => samplers.Contains(s.Pid)), "the sampler's lease ran out",
            () => exporter.Log, TimeSpan.FromSeconds(5));

        // An attempt to connect fails for the same reason: the operator reads one word as long as the link is down.
        await UntilAsync("it is still the reason after an attempt", p =>
        {
            var reasons = p.Of("fleet_ssh_failure", ("host", "box")).Where(s => s.Value == 1).Select(s => s["reason"]);
            Assert.True(reasons.SequenceEqual(["timeout"]), $"{string.Join(' ', reasons)} after {cut.Elapsed.TotalSeconds:0.0} s\n{p.Health()}");
            return cut.Elapsed > TimeSpan.FromSeconds(18);
        }, TimeSpan.FromSeconds(20) + Slack);
        Assert.Matches("Connection timed out|no answer from .* within", (await exporter.HostAsync()).Text("reason"));

        await far.UpAsync();
        await exporter.UntilOnlineAsync(limit: TimeSpan.FromSeconds(40));
        Assert.InRange(machine.Server.Connections, 2, 3);
        await Until.TrueAsync(
            () => machine.User.Samplers.Count == 1, "one sampler", () => string.Join('\n', machine.User.Processes), TimeSpan.FromSeconds(5));
        page = await exporter.PageAsync();
        Assert.Equal(1, page.Value("fleet_ssh_reconnects_total", ("host", "box")));
        Assert.Equal(0, page.Value("fleet_ssh_reconnects_total", ("host", "other")));
        Assert.Empty(page.Of("fleet_collector_failures_total", ("host", "other")));

        Task<Page> UntilAsync(string what, Func<Page, bool> holds, TimeSpan sinceCut) => exporter.UntilAsync(what, p =>
        {
            Assert.Equal(1, p.Value("fleet_host_status", ("host", "other"), ("status", "online")));
            return holds(p);
        }, sinceCut > cut.Elapsed ? sinceCut - cut.Elapsed : TimeSpan.Zero);
    }

    [Fact]
    public async Task A_host_that_lost_power_times_out_and_recovers_after_boot()
    {
        await using var far = await RemoteNamespace.CreateAsync();
        await using var machine = await StartMachineAsync(inside: far);
        await using var exporter = await Exporter.StartAsync(machine.Folder, machine.Config(interval: 2));
        await exporter.UntilOnlineAsync();

        // The FIN of killed processes is lost with the link and not sent again later.
        await far.DownAsync();
        await machine.Server.StopAsync();
        await far.TakeAddressAsync();
        await far.UpAsync();
        Assert.Empty(machine.User.Processes);
        await exporter.UntilAsync("the reason", p => p.Find("fleet_ssh_failure", ("reason", "timeout")) == 1, Stale + (2 * Interval) + Slack);
        Assert.Single(Failures(await exporter.JsonAsync("/debug/hosts/box")));

        await far.AddAddressAsync();
        await machine.Server.StartAgainAsync();
        await exporter.UntilOnlineAsync(limit: TimeSpan.FromSeconds(40));
        Assert.InRange(machine.Server.Connections, 2, 3);

        static IEnumerable<string> Failures(System.Text.Json.Nodes.JsonNode debug) =>
            debug.List("failures").Where(f => f.Text("what") == "ssh").Select(f => f.Text("reason")).Distinct();
    }

    [Fact]
    public async Task After_a_permanent_disconnect_the_sampler_ends_with_its_lease_and_sshd_by_TCP()
    {
        await using var far = await RemoteNamespace.CreateAsync();
        await using var machine = await StartMachineAsync(inside: far);
        await using var exporter = await Exporter.StartAsync(machine.Folder, machine.Config(interval: 2));
        await exporter.UntilOnlineAsync();
        Assert.Single(machine.User.Samplers);

        await far.DownAsync();
        var cut = Stopwatch.StartNew();
        await exporter.KillAsync();
        await Until.TrueAsync(() => machine.User.Samplers.Count == 0, "the sampler is gone", Show, (2 * Lease) + TimeSpan.FromSeconds(2));
        Assert.True(cut.Elapsed > TimeSpan.FromSeconds(1), "it was gone before its lease");

        // sshd has sent the end of the session and waits until TCP gives up: a quarter of an hour by default.
        Assert.NotEmpty(machine.User.Processes);
        Assert.All(machine.User.Processes, p => Assert.StartsWith("sshd", p.Name, StringComparison.Ordinal));
        await far.RetransmitAsync(3);
        await Until.TrueAsync(() => machine.User.Processes.Count == 0, "sshd gives the connection up", Show, TimeSpan.FromSeconds(40));

        string Show() => $"{string.Join('\n', machine.User.Processes)}\n--- sshd\n{machine.Server.Log}\n--- exporter\n{exporter.Log}";
    }

    public sealed class WithBuiltinClient() : NetworkPartitionTests("builtin");

    public sealed class WithOpenSsh() : NetworkPartitionTests("openssh");
}
