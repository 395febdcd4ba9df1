using System.Diagnostics;
using FleetExporter.IntegrationTests.Parts;
using FleetExporter.Remote;
using FleetExporter.Remote.Ssh;

namespace FleetExporter.IntegrationTests.Ssh;

/// <summary>The built-in client with servers that are not SSH or fail during the handshake.</summary>
public sealed class GarbageHandshakeTests
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(2);

    [Theory]
    [InlineData("nothing", SshFailure.Timeout, SshFailure.Banner)]
    [InlineData("endless lines", SshFailure.Banner, SshFailure.Banner)]
    [InlineData("an endless line", SshFailure.Banner, SshFailure.Banner)]
    [InlineData("control characters", SshFailure.Timeout, SshFailure.Closed)]
    [InlineData("an old protocol", SshFailure.Banner, SshFailure.Banner)]
    [InlineData("random after the version", SshFailure.Banner, SshFailure.Banner)]
    [InlineData("an absurd length", SshFailure.Banner, SshFailure.Banner)]
    [InlineData("an empty packet", SshFailure.Banner, SshFailure.Banner)]
    [InlineData("an absurd list in KEXINIT", SshFailure.Banner, SshFailure.Banner)]
    [InlineData("random after KEXINIT", SshFailure.Banner, SshFailure.Banner)]
    [InlineData("no algorithm in common", SshFailure.Banner, SshFailure.Banner)]
    public async Task Each_stage_fails_in_time_with_its_reason(string stage, SshFailure whenSilent, SshFailure whenClosed)
    {
        using var folder = new TestFolder();
        var login = new Config.SshConfig
        {
            User = "root",
            KnownHosts = folder.PathOf("none"),
            KeyFile = await KeyFiles.CreateAsync(folder, "key"),
            ConnectTimeout = ConnectTimeout,
        };
        foreach (var (closes, reason) in new[] { (false, whenSilent), (true, whenClosed) })
        {
            using var server = new GarbageSshServer(stage, closes);
            var shell = new BuiltinSsh(server.HostAddress, login, TimeProvider.System);
            var watch = Stopwatch.StartNew();
            var failure = await DirectConnection.TryAsync(shell, ConnectTimeout + TimeSpan.FromSeconds(10));

            Assert.True(failure?.Reason == reason, $"closes: {closes}: {failure?.Reason}: {failure?.Message}");
            Assert.InRange(watch.Elapsed, TimeSpan.Zero, ConnectTimeout + TimeSpan.FromSeconds(3));
            Assert.DoesNotContain(failure!.Message, char.IsControl);
        }
    }

    [Fact]
    public async Task No_other_host_is_delayed()
    {
        await using var machine = await WatchedMachine.StartAsync(client: "builtin");
        List<GarbageSshServer> servers =
        [
            .. GarbageSshServer.Stages.Select(s => new GarbageSshServer(s, closes: false)),
            .. GarbageSshServer.Stages.Select(s => new GarbageSshServer(s, closes: true)),
        ];
        try
        {
            var hosts = string.Join('\n', servers.Select((s, i) => $"- {{ name: garbage{i}, address: \"{s.HostAddress}\", connect_timeout: 2s }}"));
            await using var exporter = await machine.WatchAsync(hosts: hosts);
            await exporter.UntilOnlineAsync();
            await exporter.UntilAsync("all others have a reason", p => p.Of("fleet_ssh_failure").Count(s => s.Value == 1) == servers.Count);
            var page = await exporter.PageAsync();
            var reasons = page.Of("fleet_ssh_failure").Where(s => s.Value == 1).Select(s => s["reason"]);
            Assert.All(reasons, r => Assert.Contains(r, new[] { "banner", "closed", "timeout" }));
            Assert.Empty(page.Of("fleet_collector_failures_total", ("host", "box")));
            Assert.Equal(0, page.Value("fleet_ssh_reconnects_total", ("host", "box")));
        }
        finally
        {
            servers.ForEach(s => s.Dispose());
        }
    }
}
