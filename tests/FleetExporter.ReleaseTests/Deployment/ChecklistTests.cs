using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;

namespace FleetExporter.ReleaseTests.Deployment;

/// <summary>
/// The three scripts in order, and then everything that a user checks after the set-up. Proxmox' programs are stand-ins made from their manual pages;
/// the containers, systemd, sshd, tmux and Prometheus are real.
/// </summary>
public sealed class ChecklistTests(ITestOutputHelper output) : IDisposable
{
    private readonly TestFolder _folder = new();
    private readonly Stopwatch _watch = Stopwatch.StartNew();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_scripts_set_up_a_fleet_that_works()
    {
        var tarball = Release.TarballAsync();
        await using var fleet = await DeployedFleet.PrepareAsync(_folder);
        Note("base image is there");

        await fleet.CreateAsync();
        Assert.Contains("hostname: fleet-exporter", fleet.Node.Config(200), StringComparison.Ordinal);
        Note("LXC container creates successfully");
        Assert.True(IPAddress.TryParse(fleet.Address, out _), fleet.Address);
        Note("Container gets an address");
        await Until.SeenAsync(
            async () => (await fleet.TrySshAsync("hostname")).Trimmed == "fleet-exporter" ? fleet : null, "sshd answers", () => fleet.Address);
        Note("SSH into container works");

        await fleet.StartHostAsync();
        var key = await fleet.ProvisionAsync(await tarball);
        Note("Provisioning script completes without errors");
        Assert.StartsWith("ssh-ed25519 AAAA", key, StringComparison.Ordinal);
        Assert.Equal("600 fleet", (await fleet.SshAsync("stat -c '%a %U' /var/lib/fleet-exporter/.ssh/id_ed25519")).Trimmed);
        var again = await fleet.SshAsync("./provision.sh --listen 0.0.0.0:8080 fleet-exporter-*.tar.gz");
        Assert.Equal(key, again.Trimmed);
        Assert.DoesNotContain("API key", again.Error, StringComparison.Ordinal);
        Note("SSH keypair generated, and kept by a second run");

        Assert.Contains(
            "ok      user created, group systemd-journal added, group video added, key added, login verified", await fleet.DeployKeyAsync(),
            StringComparison.Ordinal);
        Note("Key deployed to a fleet host");
        await fleet.TmuxAsync("new-session -d -s old-train 'exec sleep 3600'");
        await fleet.ConfigureAsync();
        Assert.Equal("active", (await fleet.SshAsync("systemctl is-active fleet-exporter")).Trimmed);
        Assert.Equal("enabled", (await fleet.SshAsync("systemctl is-enabled fleet-exporter")).Trimmed);
        Note("Service starts");
        Assert.Contains("<title>", await fleet.Http.GetStringAsync("/", Stop), StringComparison.OrdinalIgnoreCase);
        Note("Web interface loads at http://ADDRESS:8080");

        await fleet.UntilHostAsync("the host is online", h => h.Text("status") == "online");
        Note("Hosts show as online");
        await fleet.UntilHostAsync("the session", h => Session(h, "old-train") is not null);
        Note("tmux sessions are detected");
        var gpu = (await fleet.UntilHostAsync("the GPU", h => h.List("gpus").Count == 1)).List("gpus")[0];
        Assert.Equal("NVIDIA H100 80GB HBM3", gpu.Text("name"));
        Assert.True(gpu.Number("power_draw_watts") > 0 && gpu.Number("memory_total_mb") > 80_000 && gpu.Number("temperature_c") > 0, $"{gpu}");
        Note("GPU metrics display");

        await ReceivesUpdatesAsync(fleet);
        Note("WebSocket updates work");
        await AttachesAsync(fleet);
        Note("Session attach command works");
        await AlertsAsync(fleet);
        Note("Alerts trigger for legacy sessions");
        await KillsAsync(fleet);
        Note("Session kill works, with confirmation");
    }

    private void Note(string line) => output.WriteLine($"[x] {line} ({_watch.Elapsed.TotalSeconds:0} s)");

    private static JsonNode? Session(JsonNode host, string name) => host.List("sessions").FirstOrDefault(s => s.Text("name") == name);

    /// <summary>A session that is created while a client listens reaches it.</summary>
    private static async Task ReceivesUpdatesAsync(DeployedFleet fleet)
    {
        using var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("X-API-Key", fleet.ApiKey);
        await socket.ConnectAsync(new Uri($"ws://{fleet.Address}:8080/ws"), Stop);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        limit.CancelAfter(TimeSpan.FromSeconds(60));
        for (var created = false; ;)
        {
            var update = await ReadAsync(socket, limit.Token);
            if (update.Text("event") != "hosts_update")
            {
                continue;
            }

            if (update.List("data").Any(h => Session(h, "notes") is not null))
            {
                Assert.True(created);
                break;
            }

            if (!created)
            {
                created = true;
                await fleet.TmuxAsync("new-session -d -s notes");
            }
        }
    }

    private static async Task<JsonNode> ReadAsync(ClientWebSocket socket, CancellationToken cancellation)
    {
        var (text, buffer) = (new StringBuilder(), new byte[64 * 1024]);
        WebSocketReceiveResult part;
        do
        {
            part = await socket.ReceiveAsync(buffer, cancellation);
            text.Append(Encoding.ASCII.GetString(buffer, 0, part.Count));
        }
        while (!part.EndOfMessage);
        Assert.Equal(WebSocketMessageType.Text, part.MessageType);
        return JsonNode.Parse(text.ToString())!;
    }

    /// <summary>The command that the web interface offers, in a terminal of an operator whose key allows terminals.</summary>
    private static async Task AttachesAsync(DeployedFleet fleet)
    {
        var session = Session(await fleet.UntilHostAsync("the session", h => Session(h, "notes") is not null), "notes")!;
        Assert.False(session["attached"]!.GetValue<bool>());
        await fleet.AllowOperatorAsync();
        await using var terminal = fleet.Terminal(session.Text("attach_command"));
        await fleet.UntilHostAsync($"attached by {session.Text("attach_command")}: {terminal.Output}",
            h => Session(h, "notes")!["attached"]!.GetValue<bool>());
    }

    /// <summary>The project's rules in a Prometheus that scrapes the exporter with a key.</summary>
    private async Task AlertsAsync(DeployedFleet fleet)
    {
        await using var prometheus = await PrometheusServer.StartAsync(
            _folder,
            $"  - {{ job_name: fleet, honor_labels: true, authorization: {{ credentials: {fleet.ApiKey} }}, "
                + $"static_configs: [{{ targets: ['{fleet.Address}:8080'] }}] }}",
            Repository.PathOf("prometheus", "rules", "session.rules.yml"));
        await fleet.UntilHostAsync("a session of a minute is legacy", h => Session(h, "old-train")!.Text("status") == "legacy", 120);
        await Until.SeenAsync(
            async () => (await prometheus.QueryAsync("ALERTS{alertname='FleetTmuxSessionLegacy',alertstate='firing',session='old-train'}"))
                .Any(a => a["metric"]!.Text("host") == DeployedFleet.Host) ? prometheus : null,
            "the alert fires", () => prometheus.Log, TimeSpan.FromSeconds(90));
    }

    private static async Task KillsAsync(DeployedFleet fleet)
    {
        var path = "/api/sessions/" + Uri.EscapeDataString($"{DeployedFleet.Host}:old-train") + "/kill";
        using var asked = await fleet.Http.PostAsJsonAsync(path, new { }, Stop);
        Assert.Equal(428, (int)asked.StatusCode);
        Assert.Contains("old-train", await fleet.TmuxAsync("list-sessions"), StringComparison.Ordinal);
        var token = JsonNode.Parse(await asked.Content.ReadAsStringAsync(Stop))!.Text("confirmation_token");
        using var killed = await fleet.Http.PostAsJsonAsync(path, new { confirmation_token = token }, Stop);
        Assert.Equal(HttpStatusCode.OK, killed.StatusCode);
        Assert.DoesNotContain("old-train", await fleet.TmuxAsync("list-sessions"), StringComparison.Ordinal);
        await fleet.UntilHostAsync("the session is gone", h => Session(h, "old-train") is null);
    }
}
