using FleetExporter.IntegrationTests.Parts;

namespace FleetExporter.IntegrationTests;

/// <summary>A real SSH tunnel to a small service, watched by the real exporter. Every change is published within two intervals.</summary>
public sealed class TunnelTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    [Fact]
    public async Task A_tunnel_is_up_then_half_dead_when_the_service_behind_dies_then_down_when_ssh_dies()
    {
        using var folder = new TestFolder();
        await using var server = await SshServer.StartAsync(folder);
        var service = new OkServer();
        await using var tunnel = await SshTunnel.OpenAsync(folder, server, service.Port);
        await using var exporter = await StartAsync(folder, tunnel.Port, verify: $"{{ http: 'http://127.0.0.1:{tunnel.Port}/health' }}");

        var page = await UntilAsync(exporter, "up");
        Assert.Equal((1, 1, 1), (page.Value("fleet_tunnel_up"), page.Value("fleet_tunnel_tcp_up"), page.Value("fleet_tunnel_data_up")));
        Assert.InRange(page.Value("fleet_tunnel_probe_duration_seconds"), 0.0001, 1);
        Assert.DoesNotContain(page.Of("fleet_tunnel_failure"), s => s.Value != 0);

        service.Dispose();
        page = await UntilAsync(exporter, "half_dead");
        Assert.Equal((0, 1, 0), (page.Value("fleet_tunnel_up"), page.Value("fleet_tunnel_tcp_up"), page.Value("fleet_tunnel_data_up")));
        Assert.Equal(1, page.Value("fleet_tunnel_failure", ("reason", "protocol")));

        await tunnel.KillAsync();
        page = await UntilAsync(exporter, "down");
        Assert.Equal((0, 0), (page.Value("fleet_tunnel_up"), page.Value("fleet_tunnel_tcp_up")));
        Assert.Null(page.Find("fleet_tunnel_data_up"));
        Assert.Equal(1, page.Value("fleet_tunnel_failure", ("reason", "refused")));
        Assert.Equal("", await Promtool.CheckMetricsAsync(page.Text));
        await exporter.StopAsync();
    }

    [Fact]
    public async Task A_banner_proves_a_tunnel_and_a_silent_one_is_half_dead()
    {
        using var folder = new TestFolder();
        await using var server = await SshServer.StartAsync(folder);
        await using var tunnel = await SshTunnel.OpenAsync(folder, server, server.Port);
        await using var exporter = await StartAsync(folder, tunnel.Port, verify: "banner");
        await UntilAsync(exporter, "up");

        tunnel.Pause();
        var page = await UntilAsync(exporter, "half_dead");
        Assert.Equal(1, page.Value("fleet_tunnel_failure", ("reason", "timeout")));
        var tunnelView = await exporter.JsonAsync("/api/tunnel");
        Assert.Equal(("error", false), (tunnelView.Text("status"), tunnelView["reachable"]!.GetValue<bool>()));

        tunnel.Continue();
        await UntilAsync(exporter, "up");
        Assert.Equal("ok", (await exporter.JsonAsync("/api/tunnel")).Text("status"));
    }

    [Fact]
    public async Task The_unit_distinguishes_a_dead_port_from_a_stopped_tunnel()
    {
        using var folder = new TestFolder();
        Unit(folder, "active");
        folder.Write("bin/systemctl", $"#!/bin/sh\ncat {folder.PathOf("unit")}\n", executable: true);
        await using var server = await SshServer.StartAsync(folder);
        using var service = new OkServer();
        await using var tunnel = await SshTunnel.OpenAsync(folder, server, service.Port);
        await using var exporter = await StartAsync(folder, tunnel.Port, verify: "tcp", unit: true);
        await exporter.UntilAsync("the unit is known", p => p.Find("fleet_tunnel_unit_active") == 1 && p.Find("fleet_tunnel_up") == 1);

        await tunnel.KillAsync();
        await UntilAsync(exporter, "unit_active_port_dead");
        Assert.Equal("degraded", (await exporter.JsonAsync("/api/tunnel")).Text("status"));

        Unit(folder, "failed");
        var page = await exporter.UntilAsync("the tunnel is down", p => p.Find("fleet_tunnel_state", ("state", "down")) == 1, 3 * Interval);
        Assert.Equal(0, page.Value("fleet_tunnel_unit_active"));
        var view = await exporter.JsonAsync("/api/tunnel");
        Assert.Equal(("error", "tunnel.service", "failed"), (view.Text("status"), view.Text("service_name"), view.Text("service_status")));
    }

    private static Task<Exporter> StartAsync(TestFolder folder, int port, string verify, bool unit = false) => Exporter.StartAsync(
        folder,
        $"""
        poll_interval: {Interval.TotalSeconds:0}s
        hosts: [{(unit ? "{ name: box, units: [tunnel.service], gpu: false, tmux: { enabled: false } }" : "")}]
        tunnels:
        - name: llm
          host: box
          connect: 127.0.0.1:{port}
          timeout: 1s
          verify: {verify}
          {(unit ? "unit: tunnel.service" : "")}
        """,
        new Dictionary<string, string?> { ["PATH"] = folder.PathOf("bin") + ":" + Environment.GetEnvironmentVariable("PATH") });

    private static Task<Page> UntilAsync(Exporter exporter, string state) => exporter.UntilAsync(
        $"the tunnel is {state}",
        p => p.Find("fleet_tunnel_state", ("tunnel", "llm"), ("host", "box"), ("state", state)) == 1
            && p.Of("fleet_tunnel_state").Sum(s => s.Value) == 1,
        2 * Interval);

    private static void Unit(TestFolder folder, string state)
    {
        var next = folder.Write("unit.new", $"Id=tunnel.service\nLoadState=loaded\nActiveState={state}\nSubState=running\nNRestarts=0\n");
        File.Move(next, folder.PathOf("unit"), overwrite: true);
    }
}
