using System.Net;
using FleetExporter.Config;
using FleetExporter.OpenClaw;
using FleetExporter.Parsing;
using FleetExporter.Remote;
using FleetExporter.Targets;
using FleetExporter.Targets.Providers;
using FleetExporter.Targets.Services;
using FleetExporter.Targets.Tunnels;

namespace FleetExporter.Tests.Remote;

/// <summary>Targets of the API never reach link-local addresses, whatever a name resolves to.</summary>
public sealed class TargetConnectTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_name_that_resolves_there_is_refused_and_other_addresses_of_it_are_used()
    {
        IPAddress[] addresses = [IPAddress.Parse("169.254.169.254"), IPAddress.Parse("fe80::1"), IPAddress.Parse("::ffff:169.254.1.1")];

        var failure = await Assert.ThrowsAsync<TargetFailureException>(() =>
            TargetConnect.AddressesOfAsync("metadata.internal", true, Stop, _ => addresses));
        Assert.Equal(TargetFailure.Refused, failure.Reason);
        Assert.Equal(
            "not connected: metadata.internal is 169.254.169.254, which is link-local, where clouds serve their metadata, and fleet.yml does not "
                + "allow that for targets of the API (allow_link_local_targets)",
            failure.Message);
        Assert.Equal(
            [IPAddress.Loopback],
            await TargetConnect.AddressesOfAsync("both", true, Stop, _ => [.. addresses, IPAddress.Loopback]));
        Assert.Equal(addresses, await TargetConnect.AddressesOfAsync("metadata.internal", false, Stop, _ => addresses));
        Assert.Equal(TargetFailure.Dns, (await Assert.ThrowsAsync<TargetFailureException>(() =>
            TargetConnect.AddressesOfAsync("nothing", true, Stop, _ => []))).Reason);
    }

    public static TheoryData<string> Kinds() => ["service", "provider", "gateway", "tunnel", "tunnel http"];

    /// <summary>The same literal in all kinds; names take the same way.</summary>
    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Every_kind_refuses_at_the_connect(string kind)
    {
        await using var server = new ScriptedServer();
        var (collector, target) = kind switch
        {
            "service" => (
                (TargetCollector)new ServiceCollector(), (TargetConfig)new ServiceConfig { Name = "x", Url = new("http://169.254.169.254/") }),
            "provider" => (new ProviderCollector(), new ProviderConfig { Name = "x", Url = new("https://[fe80::1]/") }),
            "gateway" => (new GatewayCollector(), new GatewayConfig { Name = "x", Url = new("ws://[::ffff:169.254.1.1]/") }),
            "tunnel" => (new TunnelCollector(), new TunnelConfig { Name = "x", Connect = new HostAddress("0.0.0.0", 1) }),
            _ => (new TunnelCollector(), ThroughTunnel(server.Port)),
        };
        await using var poller = collector.Open(target with { RefusesLinkLocal = true }, new TargetContext(TimeProvider.System, (_, _) => null));

        TargetFailureDetails failure;
        try
        {
            failure = (await poller.AskAsync(Stop)).Failure!;
        }
        catch (TargetFailureException e)
        {
            failure = new TargetFailureDetails(e.Reason, e.Message);
        }

        Assert.Equal(TargetFailure.Refused, failure.Reason);
        Assert.StartsWith("not connected: ", failure.Message, StringComparison.Ordinal);
    }

    private static TunnelConfig ThroughTunnel(int port) => new()
    {
        Name = "x",
        Connect = new HostAddress("127.0.0.1", port),
        Verify = new TunnelCheck.Http(new("http://169.254.169.254/")),
    };

    [Fact]
    public async Task Loopback_is_reached_by_address_and_by_name()
    {
        await using var server = new ScriptedServer().Answer("/", 200, """{"status":"ok"}""");
        foreach (var host in new[] { "127.0.0.1", "localhost" })
        {
            using var http = new HttpPoll(refusesLinkLocal: true);
            var answer = await http.GetAsync(new Uri($"http://{host}:{server.Port}/"), 1000, Stop);
            Assert.Equal((200, host == "localhost"), (answer.Status, answer.Times.Resolve is not null));
        }
    }
}
