using System.Net;
using System.Net.Sockets;
using System.Text;
using FleetExporter.IntegrationTests.Parts;

namespace FleetExporter.IntegrationTests;

public abstract class SshFailureTests(string client) : SshTests(client)
{
    [Fact]
    public async Task Each_failure_has_its_reason_and_affects_no_other_host()
    {
        await using var machine = await StartMachineAsync();
        await using var nobody = await TestUser.CreateAsync(machine.Folder, "/bin/false");
        await using var stranger = await SshServer.StartAsync(machine.Folder, "stranger");
        await using var changed = await SshServer.StartAsync(machine.Folder, "changed");
        await Tool.RunAsync("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", machine.Folder.PathOf("wrong_key"));
        using var web = Listen(out var webPort);
        _ = AnswerAsync(web, "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n");
        using var silent = Listen(out var silentPort);

        var config = machine.Config(hosts: $"""
            - {"{"} name: refused, address: "127.0.0.1:{Ports.Free()}" {"}"}
            - {"{"} name: dns, address: no-such-host.invalid {"}"}
            - {"{"} name: unknown, address: {stranger.Address} {"}"}
            - {"{"} name: changed, address: {changed.Address} {"}"}
            - {"{"} name: auth, address: {machine.Server.Address}, key_file: wrong_key {"}"}
            - {"{"} name: banner, address: "127.0.0.1:{webPort}", connect_timeout: 5s {"}"}
            - {"{"} name: timeout, address: "127.0.0.1:{silentPort}", connect_timeout: 2s {"}"}
            - {"{"} name: shell, address: {machine.Server.Address}, user: {nobody.Name} {"}"}
            """);
        var before = changed.KnownHost();
        await changed.StopAsync();
        await changed.ChangeHostKeyAsync();
        await changed.StartAgainAsync();
        await File.AppendAllTextAsync(machine.Folder.PathOf("known_hosts"), before, TestContext.Current.CancellationToken);

        await using var exporter = await Exporter.StartAsync(machine.Folder, config);
        await exporter.UntilOnlineAsync();
        await exporter.UntilFailsAsync("refused", "refused");
        await exporter.UntilFailsAsync("dns", "dns");
        await exporter.UntilFailsAsync("auth", "auth");
        await exporter.UntilFailsAsync("banner", "banner");
        await exporter.UntilFailsAsync("timeout", "timeout");
        await exporter.UntilFailsAsync("shell", "shell");
        var unknown = (await exporter.UntilFailsAsync("hostkey_unknown", "unknown")).Text("reason");
        Assert.Contains(await stranger.FingerprintAsync(), unknown, StringComparison.Ordinal);
        Assert.Contains($"fleet-exporter trust {stranger.Address}", unknown, StringComparison.Ordinal);
        var other = (await exporter.UntilFailsAsync("hostkey_changed", "changed")).Text("reason");
        Assert.Contains(await changed.FingerprintAsync(), other, StringComparison.Ordinal);

        var page = await exporter.UntilAsync("they are offline", p => p.Of("fleet_host_status", ("status", "offline")).Count(s => s.Value == 1) == 8);
        foreach (var host in new[] { "refused", "dns", "auth", "banner", "timeout", "shell" })
        {
            Assert.Equal(1, page.Value("fleet_ssh_failure", ("host", host), ("reason", host)));
            Assert.Equal(1, page.Of("fleet_ssh_failure", ("host", host)).Sum(s => s.Value));
            Assert.Equal(0, page.Value("fleet_ssh_up", ("host", host)));
            Assert.Equal(0, page.Value("fleet_collector_success", ("host", host), ("collector", "host")));
            Assert.Empty(page.Of("fleet_host_memory_total_bytes", ("host", host)));
        }

        Assert.Equal(1, page.Value("fleet_host_status", ("host", "box"), ("status", "online")));
        Assert.Equal(0, page.Of("fleet_ssh_failure", ("host", "box")).Sum(s => s.Value));
    }

    [Fact]
    public async Task A_host_whose_server_stopped_recovers_without_affecting_others()
    {
        await using var machine = await StartMachineAsync();
        await using var other = await SshServer.StartAsync(machine.Folder, "other");
        await using var exporter = await machine.WatchWithAsync(other);

        await machine.Server.StopAsync();
        await exporter.UntilAsync(
            "closed, then refused",
            p => p.Find("fleet_collector_success", ("host", "box"), ("collector", "host")) == 0 && p.Find("fleet_ssh_up", ("host", "box")) == 0);
        var debug = await exporter.JsonAsync("/debug/hosts/box");
        Assert.Contains(debug.List("failures"), f => f.Text("what") == "ssh" && f.Text("reason") == "closed");
        var offline = await exporter.UntilAsync("offline", p => p.Find("fleet_host_status", ("host", "box"), ("status", "offline")) == 1);
        Assert.Equal(1, offline.Value("fleet_ssh_failure", ("host", "box"), ("reason", "refused")));
        Assert.Empty(offline.Of("fleet_host_memory_total_bytes", ("host", "box")));

        await machine.Server.StartAgainAsync();
        await exporter.UntilOnlineAsync(limit: TimeSpan.FromSeconds(60));
        var page = await exporter.PageAsync();
        Assert.Equal(1, page.Value("fleet_ssh_reconnects_total", ("host", "box")));
        Assert.Equal(0, page.Value("fleet_ssh_reconnects_total", ("host", "other")));
        Assert.Empty(page.Of("fleet_collector_failures_total", ("host", "other")));
    }

    [Fact]
    public async Task A_server_that_falls_silent_is_detected_and_recovers()
    {
        await using var machine = await StartMachineAsync();
        await using var exporter = await machine.WatchAsync();
        await exporter.UntilOnlineAsync();
        machine.Server.Pause();
        var page = await exporter.UntilAsync("the collectors fail", p => p.Find("fleet_collector_success", ("collector", "host")) == 0);
        Assert.True(page.Value("fleet_collector_failures_total", ("collector", "host"), ("reason", "timeout")) >= 1);
        await exporter.UntilFailsAsync("timeout", limit: TimeSpan.FromSeconds(40));
        machine.Server.Continue();
        await exporter.UntilOnlineAsync(limit: TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task A_failed_login_is_not_retried_at_every_poll()
    {
        await using var machine = await StartMachineAsync();
        await Tool.RunAsync("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", machine.Folder.PathOf("wrong_key"));
        await using var exporter = await machine.WatchAsync("key_file: wrong_key");
        await exporter.UntilFailsAsync("auth");

        // Time is the subject: twelve polls.
        await Task.Delay(TimeSpan.FromSeconds(12), TestContext.Current.CancellationToken);
        Assert.Equal(1, machine.Server.Connections);
        var next = (await exporter.JsonAsync("/debug/hosts/box"))["connection"]!["next_attempt"]!.GetValue<DateTimeOffset>();
        Assert.InRange(next - TimeProvider.System.GetUtcNow(), TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(120));
    }

    [Fact]
    public async Task A_refused_port_is_retried_with_back_off()
    {
        using var folder = new TestFolder();
        using var slammed = Listen(out var port);
        var connections = 0;
        _ = CountAsync();
        await using var exporter = await Exporter.StartAsync(
            folder, $"poll_interval: 1s\nssh: {{ client: {Client}, user: nobody }}\nhosts: [{{ name: box, address: \"127.0.0.1:{port}\" }}]\n");
        await exporter.UntilFailsAsync("banner");
        await Task.Delay(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        Assert.InRange(connections, 1, 2);

        async Task CountAsync()
        {
            while (true)
            {
                using var client = await slammed.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
                Interlocked.Increment(ref connections);
            }
        }
    }

    private static TcpListener Listen(out int port)
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        port = ((IPEndPoint)listener.LocalEndpoint).Port;
        return listener;
    }

    private static async Task AnswerAsync(TcpListener listener, string answer)
    {
        while (true)
        {
            using var client = await listener.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
            var stream = client.GetStream();
            var asked = new byte[256];
            await stream.ReadAtLeastAsync(asked, 1, cancellationToken: TestContext.Current.CancellationToken);
            await stream.WriteAsync(Encoding.ASCII.GetBytes(answer), TestContext.Current.CancellationToken);
        }
    }

    public sealed class WithBuiltinClient() : SshFailureTests("builtin");

    public sealed class WithOpenSsh() : SshFailureTests("openssh");
}
