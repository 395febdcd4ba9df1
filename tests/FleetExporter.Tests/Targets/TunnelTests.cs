using System.Net;
using FleetExporter.Config;
using FleetExporter.Metrics;
using FleetExporter.Parsing;
using FleetExporter.Targets;
using FleetExporter.Targets.Tunnels;
using FleetExporter.Tests.Collectors;

namespace FleetExporter.Tests.Targets;

public sealed class TunnelTests
{
    private static readonly TunnelCollector Collector = new();

    [Fact]
    public async Task With_verify_tcp_an_accepted_connection_is_up()
    {
        using var server = new FakeTcpServer(null);

        var reading = await CheckAsync(server.Port, new TunnelCheck.Tcp());

        Assert.Equal((TunnelState.Up, true, null, null), (reading.State, reading.TcpUp, reading.DataUp, reading.Failure));
    }

    [Fact]
    public async Task Nobody_listens()
    {
        foreach (var check in new TunnelCheck[]
        {
            new TunnelCheck.Tcp(),
            new TunnelCheck.Banner(),
            new TunnelCheck.Http(new Uri("http://127.0.0.1:1/"))
        })
        {
            var reading = await CheckAsync(FakeTcpServer.DeadPort(), check);

            Assert.Equal(
                (TunnelState.Down, false, null, TargetFailure.Refused), (reading.State, reading.TcpUp, reading.DataUp, reading.Failure!.Reason));
        }
    }

    [Theory]
    [InlineData("SSH-2.0-OpenSSH_9.2\r\n", null)]
    [InlineData("", TargetFailure.Protocol)]
    [InlineData(null, TargetFailure.Timeout)]
    public async Task A_banner_is_waited_for(string? says, TargetFailure? reason)
    {
        using var server = new FakeTcpServer(says, sendsFirst: true);

        var reading = await CheckAsync(server.Port, new TunnelCheck.Banner());

        Assert.Equal((true, (bool?)(reason is null), reason), (reading.TcpUp, reading.DataUp, reading.Failure?.Reason));
        Assert.Equal(reason is null ? TunnelState.Up : TunnelState.HalfDead, reading.State);
    }

    [Theory]
    [InlineData(200, null)]
    [InlineData(302, null)]
    [InlineData(404, null)]
    [InlineData(499, null)]
    [InlineData(500, TargetFailure.Status)]
    [InlineData(503, TargetFailure.Status)]
    public async Task Any_status_below_500_passes_the_check(int status, TargetFailure? reason)
    {
        using var elsewhere = new FakeTcpServer(null);
        using var server = new FakeTcpServer(FakeTcpServer.Http(status, status == 302 ? $"Location: http://127.0.0.1:{elsewhere.Port}/\r\n" : ""));

        var reading = await CheckAsync(server.Port, Get(server.Port));

        Assert.Equal(reason, reading.Failure?.Reason);
        Assert.Equal(reason is null ? TunnelState.Up : TunnelState.HalfDead, reading.State);
        Assert.Equal(0, elsewhere.Connections);
    }

    [Theory]
    [InlineData("", TargetFailure.Protocol)]
    [InlineData("SSH-2.0-OpenSSH_9.2\r\n", TargetFailure.Protocol)]
    [InlineData("HTTP/1.1 200 OK\r\nX: ", TargetFailure.Protocol)]
    [InlineData(null, TargetFailure.Timeout)]
    public async Task An_unanswered_GET_is_half_dead(string? says, TargetFailure reason)
    {
        using var server = new FakeTcpServer(says);

        var reading = await CheckAsync(server.Port, Get(server.Port));

        Assert.Equal((TunnelState.HalfDead, true, false, reason), (reading.State, reading.TcpUp, reading.DataUp, reading.Failure!.Reason));
    }

    [Fact]
    public async Task A_body_without_an_end_is_not_read()
    {
        using var server = new FakeTcpServer("HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\nabc");

        Assert.Equal(TunnelState.Up, (await CheckAsync(server.Port, Get(server.Port))).State);
    }

    [Fact]
    public async Task A_plain_server_behind_an_https_check_is_a_tls_failure()
    {
        using var server = new FakeTcpServer(FakeTcpServer.Http(400));

        var reading = await CheckAsync(server.Port, new TunnelCheck.Http(new Uri($"https://127.0.0.1:{server.Port}/")));

        Assert.Equal((TunnelState.HalfDead, TargetFailure.Tls), (reading.State, reading.Failure!.Reason));
    }

    [Theory]
    [InlineData("127.0.0.1", "127.0.0.1")]
    [InlineData("::1", "::1")]
    [InlineData("127.0.0.1", "localhost")]
    public async Task Addresses_and_names_are_connected(string listens, string host)
    {
        using var server = new FakeTcpServer("220 ready\r\n", sendsFirst: true, IPAddress.Parse(listens));

        var reading = await CheckAsync(server.Port, new TunnelCheck.Banner(), host: host);

        Assert.True(reading.State == TunnelState.Up, reading.Failure?.Message);
    }

    [Fact]
    public async Task An_unresolvable_name_is_dns()
    {
        var reading = await CheckAsync(80, new TunnelCheck.Tcp(), host: "no-such-name.invalid", limit: TimeSpan.FromSeconds(20));

        Assert.Equal((TunnelState.Down, TargetFailure.Dns), (reading.State, reading.Failure!.Reason));
    }

    [Theory]
    [InlineData(true, "active", TunnelState.Up, true)]
    [InlineData(true, "failed", TunnelState.Up, false)]
    [InlineData(false, "active", TunnelState.UnitActivePortDead, true)]
    [InlineData(false, "reloading", TunnelState.UnitActivePortDead, true)]
    [InlineData(false, "activating", TunnelState.Down, false)]
    [InlineData(false, "failed", TunnelState.Down, false)]
    [InlineData(false, null, TunnelState.Down, null)]
    public async Task The_unit_is_part_of_the_verdict(bool listens, string? unit, TunnelState state, bool? active)
    {
        using var server = new FakeTcpServer(null);

        var reading = await CheckAsync(listens ? server.Port : FakeTcpServer.DeadPort(), new TunnelCheck.Tcp(), unit: unit);

        Assert.Equal((state, active), (reading.State, reading.UnitActive));
    }

    [Fact]
    public void A_half_dead_tunnel_publishes_all_its_metrics()
    {
        var reading = new TunnelReading(true, false, Unit("active"), TimeSpan.FromSeconds(2));
        using var page = new MetricsPage(new DroppedSeries(new ExporterMetrics()));
        var labels = Labels.Of("host", "a").With("tunnel", "t");
        reading.WriteTo(page, labels);
        Collector.WriteVerdict(page, labels, new TargetVerdict(reading, TargetFailure.Timeout, true, 1));

        Assert.Equal(
            [
                "fleet_tunnel_data_up{host=\"a\",tunnel=\"t\"} 0",
                "fleet_tunnel_failure{host=\"a\",tunnel=\"t\",reason=\"timeout\"} 1",
                "fleet_tunnel_probe_duration_seconds{host=\"a\",tunnel=\"t\"} 2",
                "fleet_tunnel_state{host=\"a\",tunnel=\"t\",state=\"half_dead\"} 1",
                "fleet_tunnel_tcp_up{host=\"a\",tunnel=\"t\"} 1",
                "fleet_tunnel_unit_active{host=\"a\",tunnel=\"t\"} 1",
                "fleet_tunnel_up{host=\"a\",tunnel=\"t\"} 0",
            ],
            page.ToString().Split('\n').Where(l => l.StartsWith("fleet", StringComparison.Ordinal))
                .Where(l =>
                    !(l.Contains("state=", StringComparison.Ordinal) || l.Contains("reason=", StringComparison.Ordinal))
                        || l.EndsWith(" 1", StringComparison.Ordinal)));
        Assert.Equal(4, page.ToString().Split("fleet_tunnel_state{").Length - 1);
        Assert.Equal(Enum.GetValues<TargetFailure>().Length, page.ToString().Split("fleet_tunnel_failure{").Length - 1);
    }

    private static SystemdUnit Unit(string state) => new("system", "tunnel.service", "loaded", state, "running", null);

    private static TunnelCheck.Http Get(int port) => new(new Uri($"http://127.0.0.1:{port}/health"));

    private static async Task<TunnelReading> CheckAsync(
        int port, TunnelCheck check, string? unit = null, string host = "127.0.0.1", TimeSpan? limit = null)
    {
        var tunnel = new TunnelConfig
        {
            Name = "t",
            Host = "a",
            Connect = new HostAddress(host, port),
            Verify = check,
            Unit = new UnitName("tunnel.service", false),
            Timeout = TimeSpan.FromMilliseconds(400),
        };
        await using var session = Collector.Open(
            tunnel, new TargetContext(TimeProvider.System, (on, name) => on == "a" && name == tunnel.Unit && unit is not null ? Unit(unit) : null));
        using var enough = new CancellationTokenSource(limit ?? TimeSpan.FromSeconds(2));
        return (TunnelReading)await session.AskAsync(enough.Token);
    }
}
